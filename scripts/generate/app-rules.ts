import { ofClusterPattern } from '../../shared/domain/host-name.ts';
import type { Rule, Supplement } from './structural-schema.ts';

/** `..` as a part of a path leads out of the folder. */
const insideFolder = (what: string): readonly Rule[] => [
  {
    rule: "!self.startsWith('/') && !self.matches('(^|/)[.][.](/|$)')",
    message: `must be a folder inside ${what}`,
  },
];

/** `__proto__` is a name that schemas in JavaScript pass over in silence: what it was to set would be lost. */
const names: Rule = {
  rule: "self.all(name, name.matches('^[A-Za-z_][A-Za-z0-9_]{0,127}$') && name != '__proto__')",
  message: 'names must be letters, digits and _, and not __proto__',
};

const oneHandler: Supplement = {
  rules: [
    {
      rule: '[has(self.http), has(self.grpc), has(self.exec)].filter(set, set).size() < 2',
      message: 'must have at most one of http, grpc and exec',
    },
  ],
};

/** The refinements of `appSpec` (shared/domain/app.ts) and its patterns that RE2 cannot match. */
export const appRules: Readonly<Record<string, Supplement>> = {
  '': {
    rules: [
      {
        rule: '!has(self.image) || self.checks.size() > 0',
        message: 'checks must name the check that says that the image is there, because image is set',
      },
      {
        rule: 'self.progressDeadlineSeconds > self.minReadySeconds',
        message:
          'progressDeadlineSeconds must be more than minReadySeconds, or no release could be ready in time',
      },
    ],
  },
  repository: {
    pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$',
    bounds: { maxLength: 140 },
    rules: [{ rule: "!self.matches('/[.]{1,2}$')", message: 'must be owner/name as on the code host' }],
  },
  branch: {
    rules: [
      {
        rule:
          "self != '@' && !self.matches('[\\\\x00-\\\\x20\\\\x7f~^:?*\\\\[\\\\\\\\]')" +
          " && !self.matches('[.][.]|@[{]|//|^[/-]|/$|[.]$|[.]lock(/|$)|(^|/)[.]')",
        message: 'must be a branch name that git accepts',
      },
    ],
  },
  'build.context': { pattern: '^[^\\x00-\\x1f\\\\]*$', rules: insideFolder('the repository') },
  'build.output': { pattern: '^[^\\x00-\\x1f\\\\]+$', rules: insideFolder('the context') },
  'build.env': { rules: [names] },
  env: { rules: [names, { rule: "!('PORT' in self)", message: 'PORT must not be set: use port' }] },
  domains: {
    rules: [
      {
        rule: 'self.all(name, self.exists_one(other, other == name))',
        message: 'must name each host once',
      },
    ],
  },
  'domains[]': {
    rules: [
      { rule: `!self.matches('${ofClusterPattern}')`, message: 'must not be a name inside the cluster' },
    ],
  },
  notifications: {
    rules: [
      {
        rule: 'self.all(one, self.exists_one(other, other.secret == one.secret))',
        message: 'must name each Secret once',
      },
    ],
  },
  'notifications[].secret': { bounds: { maxLength: 253 } },
  readiness: oneHandler,
  liveness: oneHandler,
};
