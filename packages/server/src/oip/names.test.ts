import { describe, expect, it } from 'vitest'
import { isModelName, isVersion } from './names.ts'

describe('isModelName', () => {
  it.each([
    ['resnet50', true],
    ['a.b-c_D', true],
    ['_x', true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
    ['', false],
    ['.', false],
    ['..', false],
    ['a..b', false],
    ['.hidden', false],
    ['-x', false],
    ['a/b', false],
    ['a\\b', false],
    ['a\0', false],
    ['a b', false],
    ['é', false],
    ['a\n', false],
  ])('%j: %s', (name, expected) => expect(isModelName(name)).toBe(expected))
})

describe('isVersion', () => {
  it.each([
    ['1', true],
    ['10', true],
    ['01', false],
    ['0', false],
    ['-1', false],
    ['1.0', false],
    ['v1', false],
    ['', false],
    ['1\n', false],
  ])('%j: %s', (name, expected) => expect(isVersion(name)).toBe(expected))
})
