import { addDims, floorDivDims } from '../../base/dim.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact, valuesOf } from '../fact.ts'
import { one } from '../param.ts'
import { refuseValue } from '../refuse.ts'
import { dtypeOfAttr } from '../shared/dtype-attr.ts'
import { scalarIn } from '../shared/elements.ts'
import { fromNumbers } from '../shared/elementwise.ts'
import { outputDType } from '../shared/output-dtype.ts'
import { requireScalar } from '../shared/require.ts'
import { floats, indexInts, numbers } from '../types.ts'

/**
 * The weights [floor(dft_length / 2) + 1, num_mel_bins] that turn a one-sided spectrum into bands of equal
 * width on the mel scale, 2595 log10(1 + f / 700). Every band is a triangle with a peak of 1 whose corners
 * lie on whole bins; what lies above the last bin is cut off.
 */
export const melWeightMatrix = defineOp({
  name: 'MelWeightMatrix',
  since: [17],
  types: { T1: indexInts, T2: floats, T3: numbers },
  inputs: {
    num_mel_bins: one('T1'),
    dft_length: one('T1'),
    sample_rate: one('T1'),
    lower_edge_hertz: one('T2'),
    upper_edge_hertz: one('T2'),
  },
  outputs: { output: one('T3') },
  attrs: { output_datatype: attr.int(1) },
  infer: (inputs, { output_datatype }, { freshDim }) => {
    for (const [name, fact] of Object.entries(inputs)) requireScalar(name, fact)
    const bins = valuesOf(inputs.dft_length)?.[0]
    return {
      output: tensorFact(dtypeOfAttr('output_datatype', output_datatype, numbers), [
        bins === undefined ? freshDim('bins') : addDims(floorDivDims(bins, 2), 1),
        valuesOf(inputs.num_mel_bins)?.[0] ?? freshDim('mel'),
      ]),
    }
  },
  reference: (inputs, _attrs, context) => {
    const given = (name: keyof typeof inputs) => scalarIn(name, inputs[name])
    const [bands, dftLength, rate] = [given('num_mel_bins'), given('dft_length'), given('sample_rate')]
    const [low, high] = [given('lower_edge_hertz'), given('upper_edge_hertz')]
    if (bands < 0 || dftLength < 0) {
      refuseValue('num_mel_bins and dft_length must not be negative', [bands, dftLength])
    }
    if (rate < 1) refuseValue('sample_rate must be at least 1', rate)
    const bins = Math.floor(dftLength / 2) + 1
    context.checkElements(bins * bands)
    const corners = cornerBins({ bands, dftLength, rate, low, high })
    const output = fromNumbers(outputDType(context), [bins, bands], (i) => {
      const band = i % bands
      return triangle(Math.floor(i / bands), corners[band]!, corners[band + 1]!, corners[band + 2]!)
    })
    return { output }
  },
  gradient: none('it reads nothing of floating point that its output varies with'),
  lower: { kind: 'kernel' },
})

interface Bands {
  readonly bands: number
  readonly dftLength: number
  readonly rate: number
  readonly low: number
  readonly high: number
}

/** The spectrum bins where bands begin, peak and end; band i has the corners i, i + 1 and i + 2. */
function cornerBins({ bands, dftLength, rate, low, high }: Bands): number[] {
  const mel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700)
  const step = (mel(high) - mel(low)) / (bands + 2)
  return Array.from({ length: bands + 2 }, (_, i) => {
    const hertz = 700 * (10 ** ((mel(low) + i * step) / 2595) - 1)
    return Math.floor(((dftLength + 1) * hertz) / rate)
  })
}

function triangle(bin: number, start: number, peak: number, end: number): number {
  if (bin === peak) return 1
  if (bin >= start && bin < peak) return (bin - start) / (peak - start)
  return bin > peak && bin < end ? (end - bin) / (end - peak) : 0
}
