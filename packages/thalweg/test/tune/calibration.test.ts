import { calibrationError, fitTemperature, negativeLogLikelihood } from 'thalweg/tune'
import { describe, expect, it } from 'vitest'
import { throwsError } from './fails.ts'

describe('calibration', () => {
  it('adds up the gaps between confidence and accuracy, bin by bin', () => {
    // Confidences 0.9 (right), 0.8 (wrong), 0.7 (right), 0.6 (right); bins (0.8, 1], (0.6, 0.8] with two, (0.4, 0.6].
    const probabilities = [0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.6, 0.4]
    const { error, bins } = calibrationError(probabilities, [0, 1, 1, 0], { bins: 5 })
    expect(error).toBeCloseTo((0.1 + Math.abs(1 - 1.5) + 0.4) / 4, 12)
    expect(bins.map(({ examples }) => examples)).toEqual([0, 0, 1, 2, 1])
    expect(bins[3]).toEqual({ low: 0.6, high: 0.8, examples: 2, confidence: 0.75, accuracy: 0.5 })
    expect(calibrationError([1, 0, 0, 1], [0, 1]).error).toBe(0)
    expect(calibrationError([1, 0, 0, 1], [1, 0]).error).toBe(1)
  })

  it('has the likelihood of a softmax by hand', () => {
    // softmax(ln 1, ln 2, ln 5) = (1/8, 2/8, 5/8); at temperature 1/2 the weights are 1, 4, 25.
    const logits = [1, 2, 5].map(Math.log)
    expect(negativeLogLikelihood([...logits, ...logits], [2, 1])).toBeCloseTo(
      -(Math.log(5 / 8) + Math.log(2 / 8)) / 2,
      12,
    )
    expect(negativeLogLikelihood(logits, [1], 0.5)).toBeCloseTo(-Math.log(4 / 30), 12)
    expect(negativeLogLikelihood([1000, -1000], [0])).toBe(0)
  })

  it('finds the temperature in closed form, and the lowest likelihood otherwise', () => {
    // Logits 2 apart, 8 of 10 right: sigmoid(2 / T) = 0.8, so T = 2 / ln 4.
    const ten = Array.from({ length: 10 }, () => [2, 0]).flat()
    expect(fitTemperature(ten, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1])).toBeCloseTo(2 / Math.log(4), 9)
    const logits = [3, 0, -1, 0.5, 2, 0, -1, 4, 1, 2, 2.5, 0, 0, 0, 1]
    const labels = [0, 0, 1, 1, 2]
    const found = fitTemperature(logits, labels)
    const least = Math.min(
      ...Array.from({ length: 4000 }, (_, i) => negativeLogLikelihood(logits, labels, 0.01 * 1.0024 ** i)),
    )
    expect(negativeLogLikelihood(logits, labels, found)).toBeLessThanOrEqual(least + 1e-12)
  })

  it('keeps 1 where there is no minimum: all are right, all are wrong, all are alike', () => {
    expect(fitTemperature([5, 0, 0, 5], [0, 1])).toBe(1)
    expect(fitTemperature([0.001, 0], [0])).toBe(1)
    expect(fitTemperature([5, 0, 0, 5], [1, 0])).toBe(1)
    expect(fitTemperature([2, 2, 2, 2], [0, 1])).toBe(1)
    throwsError('tune/uneven-calibration', () => fitTemperature([1, 2, 3], [0, 1]))
    throwsError('tune/uneven-calibration', () => calibrationError([], []))
    throwsError('tune/bad-option', () => calibrationError([1, 0], [0], { bins: 0 }))
  })
})
