import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

/** Loaded before the program (`node --import`): the module that the mutant names is loaded with its bug in it. */
const name = process.env.MUTANT;
const mutant = mutants.find((one) => one.name === name);
if (!mutant) throw new Error(`there is no mutant ${name}`);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith('file:') || !fileURLToPath(url).endsWith(`/${mutant.file}`)) return loaded;
    const source = String(loaded.source);
    if (source.split(mutant.from).length !== 2)
      throw new Error(`mutant "${mutant.name}": what it changes is not once in ${mutant.file}`);
    return { ...loaded, source: source.replace(mutant.from, () => mutant.to) };
  },
});
