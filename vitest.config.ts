import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Each test runs cargo, which takes all cores by itself.
    fileParallelism: false,
  },
});
