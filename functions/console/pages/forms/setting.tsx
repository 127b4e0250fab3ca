import type { FieldFault } from '../../field-faults.ts';
import type { Field } from './settings-fields.ts';
import { pairOf, pairsIn, textOf } from './settings-form.ts';

/** Rows for more pairs than there are; saved, the form has as many again. */
const EMPTY_ROWS = 3;

interface SettingProps {
  readonly field: Field;
  readonly form: FormData;
  readonly faults: readonly FieldFault[];
}

/** Which variable or line of a field is at fault; empty: the field itself. */
export const partOf = ({ path }: Field, { field }: FieldFault) => field.slice(path.length + 1);

/** A field of the form, with its label, what it is for, and what is wrong with what was typed. */
export const Setting = ({ field, form, faults }: SettingProps) => {
  const { path, label, hint, kind } = field;
  const initial = field.initial && /Seconds$/.test(path) ? `${field.initial} seconds` : field.initial;
  const words = (
    <span id={`${path}-hint`}>{initial === undefined ? hint : `${hint} Default: ${initial}`}</span>
  );
  const isWrong = faults.length > 0;
  const describedBy = isWrong ? `${path}-hint ${path}-fault` : `${path}-hint`;
  const wrong = isWrong && (
    <div class="wrong" id={`${path}-fault`}>
      {faults.map((fault) => (
        <p>{`${partOf(field, fault) || 'It'} ${fault.problem}. ${fault.remedy}`}</p>
      ))}
    </div>
  );
  return kind === 'pairs' ? (
    <fieldset class="field" id={path} tabindex={-1} aria-describedby={describedBy}>
      <legend>{label}</legend>
      {words}
      <Pairs path={path} form={form} />
      <span>Clear name and value to remove it. Save for more rows.</span>
      {wrong}
    </fieldset>
  ) : (
    <div class="field">
      <label for={path}>{label}</label>
      {words}
      <Input field={field} form={form} isWrong={isWrong} describedBy={describedBy} />
      {wrong}
    </div>
  );
};

interface InputProps extends Omit<SettingProps, 'faults'> {
  readonly isWrong: boolean;
  readonly describedBy: string;
}

const Input = ({ field, form, isWrong, describedBy }: InputProps) => {
  const { path, kind, choices, initial } = field;
  const value = textOf(form.get(path));
  const shared = {
    id: path,
    name: path,
    'aria-describedby': describedBy,
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
      return (
        <>
          <input type="hidden" name={path} value="" />
          <input {...shared} type="checkbox" checked={form.getAll(path).includes('on')} />
        </>
      );
    case 'block':
      return <Lines {...shared} value={value} />;
    case 'lines':
      return <Lines {...shared} value={value} placeholder="one in each line" />;
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
  const given = pairsIn(form, path).filter((pair) => pair.some(Boolean));
  const rows = [...given, ...Array<readonly [string, string]>(EMPTY_ROWS).fill(['', ''])];
  return rows.map(([key, text], i) => (
    <div class="pair">
      <input name={name} value={key} aria-label={`Name ${i + 1}`} autocomplete="off" spellcheck={false} />
      <Lines name={value} value={text} aria-label={`Value ${i + 1}`} />
    </div>
  ));
};

interface LinesProps {
  readonly name: string;
  readonly value: string;
  readonly id?: string;
  readonly placeholder?: string;
  readonly 'aria-label'?: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: 'true' | undefined;
}

/** HTML drops a line feed directly after <textarea>: one is put there, so that a value's own stays. */
const Lines = ({ value, ...rest }: LinesProps) => (
  <textarea {...rest} rows={Math.min(8, value.split('\n').length)} spellcheck={false}>
    {`\n${value}`}
  </textarea>
);
