import type { DatabaseSync } from 'node:sqlite';

export interface Collaborator {
  readonly login: string;
  readonly permission: string;
}

/** Who besides its owner may reach a repository. Nobody is asked on one machine: who is invited is one at once. */
export interface Collaborators {
  list(repository: number): Collaborator[];
  put(repository: number, collaborator: Collaborator): void;
  remove(repository: number, login: string): void;
}

export function collaborators(records: DatabaseSync): Collaborators {
  const list = records.prepare(
    'select login, permission from collaborators where repository = ? order by login',
  );
  const put = records.prepare(`
    insert into collaborators (repository, login, permission) values (?, ?, ?)
    on conflict do update set permission = excluded.permission`);
  const remove = records.prepare('delete from collaborators where repository = ? and login = ?');
  return {
    list: (repository) => list.all(repository) as unknown as Collaborator[],
    put: (repository, { login, permission }) => void put.run(repository, login, permission),
    remove: (repository, login) => void remove.run(repository, login),
  };
}
