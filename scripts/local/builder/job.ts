import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewBuildJob } from '../../../shared/ports/cluster.ts';
import { ImageFolder } from '../images/image-folder.ts';
import { build } from './build.ts';

/**
 * The process of one build: `job.ts <folder of the build> <data folder>`. What it is to do is in `work/job.json`, what
 * came of it in `work/result.json`; its output is the build's log. It and all that it starts are one process group.
 */
const [folder = '', dataDir = ''] = process.argv.slice(2);
const work = join(folder, 'work');
const job = JSON.parse(await readFile(join(work, 'job.json'), 'utf8')) as Omit<NewBuildJob, 'credential'>;
const env = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
);

const result = await build(job, folder, new ImageFolder(dataDir), env).then(
  (image) => ({ image }),
  (error: Error) => ({ reason: error.message }),
);
await writeFile(join(work, 'result.coming'), JSON.stringify(result));
await rename(join(work, 'result.coming'), join(work, 'result.json'));
