import { defineConfig } from 'vitest/config';

const cluster = 'test/cluster/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [cluster],
          globalSetup: ['test/support/say-what-is-skipped.ts'],
          // Each file that runs a platform keeps a core busy: one worker for each of CI's two.
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: [cluster],
          globalSetup: ['test/cluster/stop.ts'],
          // There is one cluster, which needs the machine for itself: one file after the other, after everything else.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['shared/domain/**', 'functions/*/decide*.ts'],
      thresholds: { 'shared/domain/**': { 100: true }, 'functions/*/decide*.ts': { 100: true } },
    },
  },
});
