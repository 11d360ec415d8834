/** What `npm run fixture` needs, in one module. */
export { fixture, fixtureNames, unchangedFixture } from './fixtures.ts';
export { bless, markFaults } from './marks.ts';
