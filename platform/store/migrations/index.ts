import type { Migration } from 'kysely';
import { crossReferences } from './0001-cross-references.ts';
import { duplicateCandidates } from './0002-duplicate-candidates.ts';
import { findings } from './0003-findings.ts';
import { ownerRecords } from './0004-owner-records.ts';
import { revocations } from './0005-revocations.ts';
import { audit } from './0006-audit.ts';
import { emergencyGrants } from './0007-emergency-grants.ts';

/**
 * Every change of the store's tables, in order. One that has been released is never edited: the next one mends it.
 * There is no way down; a backup is.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = Object.freeze({
  '0001-cross-references': crossReferences,
  '0002-duplicate-candidates': duplicateCandidates,
  '0003-findings': findings,
  '0004-owner-records': ownerRecords,
  '0005-revocations': revocations,
  '0006-audit': audit,
  '0007-emergency-grants': emergencyGrants,
});
