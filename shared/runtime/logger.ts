import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export type { Logger } from 'pino';

/** JSON on stdout: ids in fields, never in the sentence; what could be a secret is cut. */
export function logger(name: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    name,
    level,
    base: { name },
    serializers: { err: stdSerializers.errWithCause },
    redact: {
      paths: [
        'authorization',
        'token',
        'secret',
        'signature',
        'credential',
        '*.authorization',
        '*.token',
        '*.secret',
        '*.credential',
      ],
      censor: '[cut]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
