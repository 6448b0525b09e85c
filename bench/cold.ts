import { median } from '../spec/soak/usage.js';
import { timeOf } from './support/client.js';
import { type Compared, compared, type Figure } from './support/figure.js';
import { startColdFloor } from './support/floor.js';
import { ipxAvatar, startIpx } from './support/ipx.js';
import { memoryOf } from './support/memory.js';
import { startNginx } from './support/nginx.js';
import { type Origin, startOrigin } from './support/origin.js';
import { hugePng, photo } from './support/pictures.js';
import type { Server } from './support/process.js';
import { onStage, pathOf, type Stage } from './support/stage.js';

export interface ColdOptions {
  readonly cases: readonly ColdCase[];
  readonly memory: readonly MemoryCase[];
}

export interface ColdCase {
  readonly picture: 'small' | 'photo' | 'huge';
  readonly collection: 'img' | 'avatars';
  /** Pictures that are asked for, each once. */
  readonly uris: number;
  /** Other pictures that each server is asked for first; `WARM`, if not said. */
  readonly after?: number;
  /** Milliseconds that we may take beyond the origin. */
  readonly most: number;
}

export interface MemoryCase {
  /** Avatars of the huge picture that are made at once. */
  readonly atOnce: number;
  /** Megabytes that this may take. */
  readonly most: number;
}

/** After so many, a process has loaded what it needs; until Node has compiled what is used, it takes some two thousand. */
const WARM = 20;

const NAMES = { small: '96 KiB', photo: '2000² JPEG, 1.2 MB', huge: '10000² PNG, 4.9 MB' };
const KINDS = { img: 'picture', avatars: 'avatar' };

/**
 * Pictures that nobody has asked for before: what it takes to fetch them through us, beyond what it takes to fetch
 * the same bytes from the origin; and the most memory that huge avatars take.
 *
 * All on one stage, so that no file is removed before the end: for minutes after many were, to make one takes milliseconds
 * on ext4 without a journal.
 */
export async function measureCold({ cases, memory }: ColdOptions): Promise<Figure[]> {
  const pictures = { small: await photo(600, 480, 66), photo: await photo(2000, 2000, 55), huge: await hugePng() };
  const origin = await startOrigin(pictures);
  return onStage(async (stage) => {
    const scene = sceneOf(origin, stage);
    const measured: Figure[] = [];
    for (const one of cases) measured.push(await measureCase(one, scene).finally(stage.stopServers));
    for (const one of memory) measured.push(await measureMemory(one, scene).finally(stage.stopServers));
    return measured;
  }).finally(origin.close);
}

/** Whom to ask for a picture, and under which path. */
interface Asked {
  readonly server: Server;
  readonly path: (uri: string) => string;
}

/** The origin, and who stands between it and its readers. */
interface Scene {
  /** Starts all who can be asked for such pictures. */
  readonly start: (collection: ColdCase['collection']) => Promise<Compared<Asked>>;
  /** Declares pictures that nobody has asked for yet. */
  readonly declare: (picture: ColdCase['picture'], count: number) => Promise<string[]>;
}

function sceneOf(origin: Origin, stage: Stage): Scene {
  let declared = 0;
  return {
    start: async (collection) => {
      const path = (uri: string) => pathOf(collection, uri);
      const ours = { server: await stage.serve(), path };
      const floor = { server: await stage.with(startColdFloor()), path };
      if (collection === 'avatars') {
        return { ours, floor, ipx: { server: await stage.with(startIpx()), path: ipxAvatar } };
      }
      const nginx = {
        server: await stage.with(startNginx(stage.directory(), origin.url)),
        path: (uri: string) => new URL(uri).pathname,
      };
      return { ours, floor, nginx };
    },
    declare: async (picture, count) => {
      const uris = Array.from({ length: count }, () => origin.uri(picture, declared++));
      await stage.declare(uris);
      return uris;
    },
  };
}

async function measureCase({ picture, collection, uris, after, most }: ColdCase, scene: Scene): Promise<Figure> {
  const asked = await scene.start(collection);
  for (const uri of await scene.declare('small', after ?? WARM)) {
    for (const one of Object.values(asked)) await timeThrough(one, uri);
  }
  const beyond = new Map(Object.values(asked).map((one) => [one, [] as number[]]));
  for (const uri of await scene.declare(picture, uris)) {
    const direct = await timeOf(uri);
    for (const [one, times] of beyond) times.push((await timeThrough(one, uri)) - direct);
  }
  const later = after === undefined ? '' : `, after ${after} others`;
  return {
    ...{ of: `${KINDS[collection]}, ${NAMES[picture]}${later}`, what: 'ms beyond the origin' },
    ...compared(asked, (one) => median(beyond.get(one) ?? [])),
    target: { to: 'figure', is: '≤', limit: most },
  };
}

async function measureMemory({ atOnce, most }: MemoryCase, scene: Scene): Promise<Figure> {
  const asked = await scene.start('avatars');
  const uris = await scene.declare('huge', atOnce);
  const peaks = new Map<Asked, number>();
  for (const one of Object.values(asked)) {
    await Promise.all(uris.map((uri) => timeThrough(one, uri)));
    peaks.set(one, memoryOf(one.server.pid, 'VmHWM'));
    await one.server.stop();
  }
  return {
    ...{ of: `${atOnce} ${atOnce > 1 ? 'avatars at once' : 'avatar'}, ${NAMES.huge}`, what: 'peak memory, MB' },
    ...compared(asked, (one) => peaks.get(one) ?? NaN),
    target: { to: 'figure', is: '≤', limit: most },
  };
}

function timeThrough({ server, path }: Asked, uri: string): Promise<number> {
  return timeOf(server.url + path(uri));
}
