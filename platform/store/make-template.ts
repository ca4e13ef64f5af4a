import { prepareTemplate } from './template.ts';

/** A part of `npm run build`: does nothing where the template is there. A first start copies it. */
await prepareTemplate();
