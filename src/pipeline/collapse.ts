import type { CacheStatus, Due, ServedImage } from '../domain/index.js';

/** Makes a shared answer one's own: for one's own variant, marked when somebody else's fetch brought it. */
export function collapse(served: ServedImage, { request }: Due, collapsed: boolean): ServedImage {
  return { ...served, request, cacheStatus: collapsed ? marked(served.cacheStatus) : served.cacheStatus };
}

function marked(status: CacheStatus): CacheStatus {
  return status.hit ? status : { ...status, collapsed: true };
}
