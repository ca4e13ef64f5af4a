import SCIMMY from 'scimmy';
import { InvalidFilter } from './filter.ts';
import type { Response } from 'express';

/** Answers an error message of RFC 7644, section 3.12. */
export const sendError = (response: Response, status: number, detail: string, scimType?: string): void => {
  response
    .status(status)
    .type('application/scim+json')
    .send({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      ...(scimType !== undefined && { scimType }),
      detail,
    });
};

/** @throws what SCIMMY makes an error message of */
export const scimError = (status: number, scimType: string | null, detail: string): Error =>
  new SCIMMY.Types.Error(status, scimType as never, detail);

/** Runs a handler of ours; a filter that cannot be read is the client's. */
export const attempt = (response: Response, run: () => void): void => {
  try {
    run();
  } catch (error) {
    if (!(error instanceof InvalidFilter)) throw error;
    sendError(response, 400, 'The filter cannot be read.', 'invalidFilter');
  }
};
