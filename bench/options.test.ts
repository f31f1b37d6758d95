import { describe, expect, it } from 'vitest'
import { parseBenchOptions } from './options.ts'

const refused = (...argv: readonly string[]) => expect(() => parseBenchOptions(argv))

describe('parseBenchOptions', () => {
  it('measures all models with one thread unless told otherwise', () => {
    const { engines, models, threads, gemm } = parseBenchOptions([])
    expect(engines).toEqual(['wasm', 'ort-web', 'ort-node'])
    expect(models).toContain('squeezenet')
    expect(threads).toEqual([1])
    expect(gemm).toBe(false)
  })

  it('reads lists, once each', () => {
    const { engines, models, threads } = parseBenchOptions([
      '--engines=ort-node, ort-node',
      '--models=mnist_8,light_vgg19',
      '--threads=1,2',
    ])
    expect(engines).toEqual(['ort-node'])
    expect(models).toEqual(['mnist_8', 'light_vgg19'])
    expect(threads).toEqual([1, 2])
  })

  it('answers an unknown engine with the nearest one', () => {
    refused('--engines', 'ortweb').toThrow('Did you mean "ort-web"?')
    refused('--baseline', 'ort-nod').toThrow('Did you mean "ort-node"?')
    refused('--engines', 'wasm,').toThrow('Cannot measure engine ""')
  })

  it('answers an unknown model with the nearest one', () => {
    refused('--models', 'sqeezenet').toThrow('Did you mean "squeezenet"?')
    refused('--models', 'mnist_8,resnet50').toThrow('Did you mean "light_resnet50"?')
  })

  it('lists the models where none is near', () => {
    refused('--models', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzz').toThrow('Known names: squeezenet, ')
  })

  it('refuses numbers out of range', () => {
    refused('--rounds', '0').toThrow('--rounds')
    refused('--threads', '1,x').toThrow('got "x"')
    refused('--threads', '').toThrow('--threads')
    refused('--cold', '1.5').toThrow('--cold')
  })

  it('takes products of other sizes', () => {
    expect(parseBenchOptions(['--gemm', '--shapes', '3x4x5']).shapes).toEqual([[3, 4, 5]])
    refused('--shapes', '3x4').toThrow('--shapes')
    refused('--shapes', '3x4x5x6').toThrow('MxKxN')
  })

  it('refuses unknown options', () => refused('--engine', 'wasm').toThrow('--engine'))
})
