import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What `--cpu-prof` leaves behind, as far as it is read. Times are microseconds of the machine's monotonic clock. */
export interface CpuProfile {
  readonly startTime: number;
  readonly nodes: readonly ProfileNode[];
  /** Ids of the nodes on top of the stack, and the time since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Counted from 0; -1 where there is no source. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Time spent in one function itself, not in what it calls. */
export interface SelfTime {
  readonly name: string;
  /** `file:line` of the source, or what the engine calls the place. */
  readonly place: string;
  /** Microseconds. */
  readonly time: number;
}

/** Self time by function within a span of the profile, the most expensive first. */
export const selfTimes = (profile: CpuProfile, from: number, to: number, root: string): readonly SelfTime[] => {
  const placeOf = createPlaces(root);
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const found = new Map<string, { name: string; place: string; time: number }>();
  let now = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    now += profile.timeDeltas[index] ?? 0;
    const frame = frames.get(id);
    if (frame === undefined || now < from || now > to) continue;
    const key = `${frame.functionName} ${frame.url} ${frame.lineNumber} ${frame.columnNumber}`;
    // A sample holds until the next one.
    const time = profile.timeDeltas[index + 1] ?? 0;
    const known = found.get(key);
    if (known === undefined) found.set(key, { name: frame.functionName || '(anonymous)', place: placeOf(frame), time });
    else known.time += time;
  }
  return [...found.values()].toSorted((one, other) => other.time - one.time);
};

/** Whose code a place is: a package, `node`, the engine, or a folder of ours. */
export const ownerOf = ({ name, place }: SelfTime): string => {
  if (place === '') return name.startsWith('(') ? name : '(native)';
  if (place.startsWith('node:')) return 'node';
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place)?.[1];
  return inPackage ?? place.replace(/\/[^/]*$/, '');
};

const createPlaces = (root: string) => {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    return maps.get(file);
  };
  return ({ url, lineNumber, columnNumber }: CallFrame): string => {
    if (!url.startsWith('file:')) return url === '' ? '' : `${url}:${lineNumber + 1}`;
    const file = fileURLToPath(url);
    const entry = mapOf(file)?.findEntry(lineNumber, columnNumber);
    const short = file.replace(`${root}/`, '').replace(/^.*\/(?=node_modules\/)/, '');
    return entry !== undefined && 'originalLine' in entry
      ? `${short.replace(/\.js$/, '.ts')}:${entry.originalLine + 1}`
      : `${short}:${lineNumber + 1}`;
  };
};

/** Of our build only: what packages say about their sources is not there. */
const readMap = (file: string): SourceMap | undefined => {
  if (file.includes('/node_modules/')) return undefined;
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    return undefined;
  }
};
