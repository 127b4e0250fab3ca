import { type Context, Hono } from 'hono';
import type { App } from '../../../../shared/domain/app.ts';
import { addressOf, requireApp } from '../../app-of.ts';
import { audited } from '../../audit.ts';
import type { FieldFault } from '../../field-faults.ts';
import type { Needs } from '../../needs.ts';
import { changedSettings, etagOf, reconfigure } from '../../reconfigure.ts';
import { appPath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import { Document } from '../document.tsx';
import { problemOf } from '../error-page.tsx';
import type { Page } from '../page.ts';
import type { PageEnv } from '../page-env.ts';
import { formData, refOf } from './form.ts';
import { partOf, Setting } from './setting.tsx';
import { FIELDS, type Field, GROUPS } from './settings-fields.ts';
import { formOf, patchOf } from './settings-form.ts';

/** To change the settings of an App: a fault stands beside its field, and what was typed stays. */
export const settingsRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/apps/:namespace/:name/settings', (c) =>
      answerPage(c, async () => {
        const app = await requireApp(ports.cluster, refOf(c));
        return settingsPage(app, { form: formOf(app.spec), etag: etagOf(app), faults: [] });
      }),
    )
    .post('/apps/:namespace/:name/settings', async (c) => {
      const ref = refOf(c);
      const form = await formData(c);
      const app = await requireApp(ports.cluster, ref);
      const etag = String(form.get('etag'));
      const deed = { action: 'app changed', by: c.get('person'), app: ref };
      const change = async () => reconfigure(ports, c.get('rights'), ref, patchOf(form, app.spec), etag);
      try {
        await audited(ports, c, deed, change, changedSettings);
      } catch (err) {
        const { detail, errors, status } = await problemOf(ports.log, err as Error, c);
        const faults = errors ?? [{ field: '', problem: detail, remedy: '' }];
        const mayStand = status >= 500;
        return typed(c, settingsPage(app, { form, etag, faults, mayStand }), status as 422);
      }
      return c.redirect(appPath(ref), 303);
    });

const typed = (c: Context, { title, main }: Page, status: 422) =>
  c.html(`<!doctype html>${<Document title={title} main={main} address={c.req.path} />}`, status);

interface Typed {
  readonly form: FormData;
  /** Of the settings that the form was made of. */
  readonly etag: string;
  readonly faults: readonly FieldFault[];
  /** It was no refusal: an answer may be lost of what was done. */
  readonly mayStand?: boolean;
}

const settingsPage = (app: App, { form, etag, faults, mayStand = false }: Typed): Page => ({
  title: `Settings of ${addressOf(app)}`,
  // What somebody is about to send does not change under their hands.
  isFinal: true,
  main: (
    <form method="post" class="wish">
      <h1>{`Settings of ${addressOf(app)}`}</h1>
      <Faults faults={faults} mayStand={mayStand} page={`${appPath(app)}/settings`} />
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
        Everything else (liveness, readiness by gRPC or a command, and notifications: who is told of Changes
        in Slack or by a webhook) is set by <code>cite apps set --spec</code> or the API.
      </p>
      <input type="hidden" name="etag" value={etag} />
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

interface FaultsProps {
  readonly faults: readonly FieldFault[];
  readonly mayStand: boolean;
  readonly page: string;
}

/** All in one place, above the form; what no field is at fault for is told here alone. */
const Faults = ({ faults, mayStand, page }: FaultsProps) =>
  faults.length === 0 ? null : (
    <div class="notice wrong" role="alert">
      <p>{mayStand ? 'It is not known whether it was saved.' : 'Nothing was saved.'}</p>
      <ul>
        {faults.map((fault) => {
          const field = FIELDS.find((one) => isOf(one, fault));
          const words = field && `${[field.label, partOf(field, fault)].join(' ').trim()} ${fault.problem}.`;
          return <li>{field ? <a href={`#${field.path}`}>{words}</a> : wordsOf(fault)}</li>;
        })}
      </ul>
      <p>
        <a href={page}>The settings as they are now</a>
      </p>
    </div>
  );

const wordsOf = ({ field, problem, remedy }: FieldFault) =>
  field === '' ? problem : `${field} ${problem}. ${remedy}`;
