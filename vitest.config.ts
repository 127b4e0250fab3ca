import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/say-what-is-skipped.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    isolate: false,
    // Each file that runs a platform keeps a core busy: one worker for each of CI's two.
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['shared/domain/**', 'functions/*/decide*.ts'],
      thresholds: { 'shared/domain/**': { 100: true }, 'functions/*/decide*.ts': { 100: true } },
    },
  },
});
