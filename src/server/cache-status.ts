import type { CacheStatus } from '../domain/index.js';

/** The Cache-Status field (RFC 9211). */
export function formatCacheStatus(status: CacheStatus): string {
  const parameters = status.hit
    ? ['hit', status.ttl === undefined ? '' : `ttl=${status.ttl}`]
    : [
        `fwd=${status.fwd}`,
        status.fwdStatus === undefined ? '' : `fwd-status=${status.fwdStatus}`,
        status.stored ? 'stored' : '',
        status.collapsed ? 'collapsed' : '',
      ];
  const detail = status.detail === undefined ? '' : `detail="${status.detail.replace(/[^\x20-\x7e]|["\\]/g, '')}"`;
  return ['img-linuxfr', ...parameters, detail].filter((part) => part !== '').join('; ');
}
