import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { App } from '../../../../shared/domain/app.ts';
import { addressOf, requireApp } from '../../app-of.ts';
import { audit } from '../../audit.ts';
import type { FieldFault } from '../../field-faults.ts';
import type { Needs } from '../../needs.ts';
import { refusal } from '../../problem.ts';
import { reconfigure, versionOf } from '../../reconfigure.ts';
import { appPath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import { Document } from '../document.tsx';
import { problemOf } from '../error-page.tsx';
import type { Page } from '../page.ts';
import type { PageEnv } from '../page-env.ts';
import { FIELDS, type Field, formOf, GROUPS, pairOf, patchOf } from '../settings-fields.ts';
import { refOf } from './form.ts';

/** Rows for more pairs than there are; saved, the form has as many again. */
const EMPTY_ROWS = 3;

/** To change the settings of an App: a fault stands beside its field, and what was typed stays. */
export const settingsRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/apps/:namespace/:name/settings', (c) =>
      answerPage(c, async () => {
        const app = await requireApp(ports.cluster, refOf(c));
        return settingsPage(app, { form: formOf(app.spec), version: versionOf(app), faults: [] });
      }),
    )
    .post('/apps/:namespace/:name/settings', async (c) => {
      const ref = refOf(c);
      const form = await c.req.formData().catch(() => {
        throw refusal(400, 'The form cannot be read. Open its page anew, and send it from there.');
      });
      const app = await requireApp(ports.cluster, ref);
      const version = String(form.get('version'));
      try {
        const { changed } = await reconfigure(ports, ref, patchOf(form, app.spec), version);
        await audit(ports, c, { action: 'app changed', app, details: { settings: changed.join(', ') } });
      } catch (err) {
        if (!(err instanceof HTTPException) || err.status >= 500) throw err;
        const { detail, errors, status } = await problemOf(ports.log, err, c);
        const faults = errors ?? [{ field: '', problem: detail, remedy: '' }];
        return typedAnew(c, settingsPage(app, { form, version, faults }), status as 422);
      }
      return c.redirect(appPath(ref), 303);
    });

const typedAnew = (c: Context, { title, main }: Page, status: 422) =>
  c.html(`<!doctype html>${<Document title={title} main={main} address={c.req.path} />}`, status);

interface Typed {
  readonly form: FormData;
  /** Of the settings that the form was made of. */
  readonly version: string;
  readonly faults: readonly FieldFault[];
}

const settingsPage = (app: App, { form, version, faults }: Typed): Page => ({
  title: `Settings of ${addressOf(app)}`,
  // What somebody is about to send does not change under their hands.
  isFinal: true,
  main: (
    <form method="post" class="wish">
      <h1>{`Settings of ${addressOf(app)}`}</h1>
      <Faults faults={faults} page={`${appPath(app)}/settings`} />
      {GROUPS.map(({ title, effect, fields }) => (
        <fieldset>
          <legend>{title}</legend>
          <p class="quiet">{effect}</p>
          {fields.map((field) => (
            <Setting field={field} form={form} faults={faults.filter((fault) => isOf(field, fault))} />
          ))}
        </fieldset>
      ))}
      <p class="quiet">
        Everything else (liveness, readiness by gRPC or a command) is set by <code>cite apps set --spec</code>{' '}
        or the API.
      </p>
      <input type="hidden" name="version" value={version} />
      <p class="buttons">
        <button type="submit" class="does">
          Save the settings
        </button>
        <a href={appPath(app)}>Leave them as they are</a>
      </p>
    </form>
  ),
});

const isOf = ({ path }: Field, { field }: FieldFault) => field === path || field.startsWith(`${path}.`);

/** All in one place, above the form; what no field is at fault for is told here alone. */
const Faults = ({ faults, page }: { faults: readonly FieldFault[]; page: string }) =>
  faults.length === 0 ? null : (
    <div class="notice wrong" role="alert">
      <p>Nothing was saved.</p>
      <ul>
        {faults.map((fault) => {
          const field = FIELDS.find((one) => isOf(one, fault));
          return (
            <li>
              {field ? <a href={`#${field.path}`}>{`${field.label} ${fault.problem}.`}</a> : wordsOf(fault)}
            </li>
          );
        })}
      </ul>
      <p>
        <a href={page}>The settings as they are now</a>
      </p>
    </div>
  );

const wordsOf = ({ field, problem, remedy }: FieldFault) =>
  [field, problem, remedy].filter(Boolean).join(' ');

interface SettingProps {
  readonly field: Field;
  readonly form: FormData;
  readonly faults: readonly FieldFault[];
}

const Setting = ({ field, form, faults }: SettingProps) => {
  const { path, label, hint, initial, kind } = field;
  const words = (
    <span id={`${path}-hint`}>{initial === undefined ? hint : `${hint} Default: ${initial}.`}</span>
  );
  const wrong = faults.length > 0 && (
    <div class="wrong" id={`${path}-fault`}>
      {faults.map(({ field: at, problem, remedy }) => (
        <p>{`${at === path ? 'It' : at.slice(path.length + 1)} ${problem}. ${remedy}`}</p>
      ))}
    </div>
  );
  return kind === 'pairs' ? (
    <fieldset class="field" id={path}>
      <legend>{label}</legend>
      {words}
      <Pairs path={path} form={form} />
      {wrong}
    </fieldset>
  ) : (
    <div class="field">
      <label for={path}>{label}</label>
      {words}
      <Input field={field} form={form} isWrong={faults.length > 0} />
      {wrong}
    </div>
  );
};

const Input = ({ field, form, isWrong }: Omit<SettingProps, 'faults'> & { isWrong: boolean }) => {
  const { path, kind, choices, initial } = field;
  const value = textOf(form.get(path));
  const shared = {
    id: path,
    name: path,
    'aria-describedby': isWrong ? `${path}-hint ${path}-fault` : `${path}-hint`,
    'aria-invalid': isWrong ? 'true' : undefined,
  } as const;
  switch (kind) {
    case 'choice':
      return (
        <select {...shared}>
          {choices.map((choice) => (
            <option value={choice} selected={choice === value}>
              {choice}
            </option>
          ))}
        </select>
      );
    case 'switch':
      return <input {...shared} type="checkbox" checked={value !== ''} />;
    case 'lines':
      return <Lines {...shared} value={value} words="one in each line" />;
    default:
      return (
        <input
          {...shared}
          value={value}
          placeholder={initial}
          inputmode={kind === 'number' ? 'numeric' : undefined}
          autocomplete="off"
          spellcheck={false}
        />
      );
  }
};

const Pairs = ({ path, form }: { path: string; form: FormData }) => {
  const { name, value } = pairOf(path);
  const values = form.getAll(value).map(textOf);
  const given = form.getAll(name).map((entry, i) => [textOf(entry), values[i] ?? ''] as const);
  const rows = [...given.filter(([name]) => name !== ''), ...Array(EMPTY_ROWS).fill(['', ''])];
  return rows.map(([key, text], i) => (
    <div class="pair">
      <input name={name} value={key} aria-label={`Name ${i + 1}`} autocomplete="off" spellcheck={false} />
      <Lines name={value} value={text} aria-label={`Value ${i + 1}`} />
    </div>
  ));
};

const textOf = (entry: File | string | null) => (typeof entry === 'string' ? entry : '');

/** The first line end in a textarea is none: one is put before what may begin with one. */
const Lines = ({
  value,
  words,
  ...rest
}: {
  value: string;
  words?: string;
  name: string;
  [attribute: string]: unknown;
}) => (
  <textarea {...rest} rows={Math.min(8, value.split('\n').length)} placeholder={words} spellcheck={false}>
    {`\n${value}`}
  </textarea>
);
