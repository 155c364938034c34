import { defineConfig } from '@playwright/test'

// Run by ci/e2e.sh, which builds the binary and the front end. One site with its real hub serves the whole run.
export default defineConfig({
  testDir: 'tests/e2e',
  globalSetup: './tests/e2e/support/global-setup.ts',
  outputDir: 'test-results',
  // The stories share one machine with their hub, and some stop it: one at a time.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    actionTimeout: 15_000,
    navigationTimeout: 20_000,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    viewport: { width: 1440, height: 900 },
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'stories', testMatch: '**/*.spec.ts' },
    // Takes the pictures of the documentation: npm run screenshots
    { name: 'screenshots', testMatch: '**/screenshots.ts' },
    // For `make bench`.
    { name: 'timings', testMatch: '**/timings.ts' },
  ],
})
