import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

/** Loaded before the program (`node --import`): the modules that the mutant names are loaded with its bug in them. */
const name = process.env.MUTANT;
const mutant = mutants.find((one) => one.name === name);
if (!mutant) throw new Error(`there is no mutant ${name}`);
const edits = [mutant, ...(mutant.also ?? [])];

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith('file:')) return loaded;
    const path = fileURLToPath(url);
    const own = edits.filter(({ file }) => path.endsWith(`/${file}`));
    if (own.length === 0) return loaded;
    let source = String(loaded.source);
    for (const { file, from, to } of own) {
      if (source.split(from).length !== 2)
        throw new Error(`mutant "${mutant.name}": what it changes is not once in ${file}`);
      source = source.replace(from, () => to);
    }
    return { ...loaded, source };
  },
});
