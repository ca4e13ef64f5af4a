import type { DocumentNode } from 'graphql';
import { readAbout } from '../../../policies/about.ts';

/**
 * Of every input field of a filter and every value of an order or a grouping it is known which field it is about. One that
 * is about nothing would be a way to find out what the caller may not see.
 */
export const lintArguments = (document: DocumentNode): readonly string[] => readAbout(document).problems;
