import { describe, expect, it } from 'vitest'
import { chooseEncoding } from './compress.ts'

describe('chooseEncoding', () => {
  it.each([
    [undefined, 5000, undefined],
    ['', 5000, undefined],
    ['gzip', 5000, 'gzip'],
    ['deflate', 5000, 'deflate'],
    ['gzip, deflate', 5000, 'gzip'],
    ['gzip;q=0.2, deflate;q=0.8', 5000, 'deflate'],
    ['GZIP ; Q=1', 5000, 'gzip'],
    ['gzip;q=0', 5000, undefined],
    ['*', 5000, 'gzip'],
    ['*;q=0.5, gzip;q=0', 5000, 'deflate'],
    ['identity, gzip;q=0.5', 5000, undefined],
    ['identity;q=0.1, gzip;q=0.5', 5000, 'gzip'],
    ['br, zstd', 5000, undefined],
    ['gzip', 100, undefined],
    ['gzip, identity;q=0', 100, 'gzip'],
    ['gzip;q=abc', 5000, undefined],
  ])('%j of %i bytes → %s', (accept, bytes, expected) => expect(chooseEncoding(accept, bytes)).toBe(expected))
})
