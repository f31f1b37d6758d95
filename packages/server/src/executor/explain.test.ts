import { SlipwayError } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { explain } from './explain.ts'
import { deathBy } from './slot.ts'

const file = { path: '/srv/models/add/1/model.onnx' }

describe('explain', () => {
  it('names the files of a model without the folder that they lie in', () => {
    const error = new SlipwayError('SLP-C2', `Cannot read ${file.path}: it must exist, got no such file`)
    expect(explain(file, error)).toBe('[SLP-C2] Cannot read model.onnx: it must exist, got no such file')
  })

  it('repeats nothing that the system says', () => {
    const error = new Error("EACCES: permission denied, open '/srv/secret'")
    expect(explain(file, error)).toBe('its successor could not be opened')
  })
})

describe('deathBy', () => {
  it('tells the kind of an error, and keeps its words to itself', () => {
    const spawn = Object.assign(new Error('spawn /usr/bin/node ENOENT'), { code: 'ENOENT' })
    expect(deathBy(spawn)).toMatchObject({
      message: 'it failed with ENOENT',
      cause: spawn,
      isDeliberate: false,
    })
    expect(deathBy(new RangeError('at /srv/slipway/run.js')).message).toBe('it failed with RangeError')
  })
})
