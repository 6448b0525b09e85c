import type { CacheStatus } from '../domain/index.js';

/** The Cache-Status field (RFC 9211). */
export function formatCacheStatus(status: CacheStatus): string {
  const how = status.hit ? hit(status) : forwarded(status);
  return status.detail === undefined ? how : `${how}; detail="${status.detail}"`;
}

function hit({ ttl }: Extract<CacheStatus, { hit: true }>): string {
  return ttl === undefined ? 'img-linuxfr; hit' : `img-linuxfr; hit; ttl=${ttl}`;
}

function forwarded({ fwd, fwdStatus, stored, collapsed }: Extract<CacheStatus, { hit: false }>): string {
  const status = fwdStatus === undefined ? '' : `; fwd-status=${fwdStatus}`;
  return `img-linuxfr; fwd=${fwd}${status}${stored ? '; stored' : ''}${collapsed ? '; collapsed' : ''}`;
}
