/** One condition of a Trigger: exactly one of the dialects of CloudEvents Subscriptions that Knative has (knative.md 1.9). */
export type Filter =
  | { readonly exact: Attributes }
  | { readonly prefix: Attributes }
  | { readonly suffix: Attributes }
  | { readonly all: readonly Filter[] }
  | { readonly any: readonly Filter[] }
  | { readonly not: Filter };

/** Context attributes and extensions by name; the data of an event is out of every filter's reach. */
export type Attributes = Readonly<Record<string, string>>;

/** Whether an event passes all filters. None: every event does. An attribute that is not there matches nothing. */
export function passes(filters: readonly Filter[], event: Attributes): boolean {
  return filters.every((filter) => matches(filter, event));
}

function matches(filter: Filter, event: Attributes): boolean {
  if ('exact' in filter) return each(filter.exact, event, (value, wanted) => value === wanted);
  if ('prefix' in filter) return each(filter.prefix, event, (value, wanted) => value.startsWith(wanted));
  if ('suffix' in filter) return each(filter.suffix, event, (value, wanted) => value.endsWith(wanted));
  if ('all' in filter) return filter.all.every((inner) => matches(inner, event));
  if ('any' in filter) return filter.any.some((inner) => matches(inner, event));
  return !matches(filter.not, event);
}

function each(
  wanted: Attributes,
  event: Attributes,
  compare: (value: string, wanted: string) => boolean,
): boolean {
  return Object.entries(wanted).every(([name, text]) => {
    const value = Object.hasOwn(event, name) ? event[name] : undefined;
    return value !== undefined && compare(value, text);
  });
}
