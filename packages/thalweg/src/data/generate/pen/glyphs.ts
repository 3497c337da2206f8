/**
 * How people write the ten digits, as pen strokes. A glyph is a list of strokes; a stroke is a list of points in a unit
 * box (x to the right, y down) that the pen passes smoothly; a point given twice is a corner. Several glyphs per digit,
 * because people differ: open and closed fours, sevens with a bar, twos with a loop.
 */

export type Point = readonly [x: number, y: number]
export type Stroke = readonly Point[]
export type Glyph = readonly Stroke[]

/** `strokes('x,y x,y ...', ...)`, one text a stroke; `/` repeats the point before it, which makes a corner. */
function strokes(...texts: string[]): Glyph {
  return texts.map((text) => {
    const points: Point[] = []
    for (const word of text.split(' ')) {
      if (word === '/') points.push(points[points.length - 1])
      else {
        const [x, y] = word.split(',').map((part) => Number(part) / 100)
        points.push([x, y])
      }
    }
    return points
  })
}

/** Glyphs of the digits 0 to 9. */
export const glyphs: readonly (readonly Glyph[])[] = [
  [
    strokes('56,8 31,19 20,50 30,82 52,93 74,80 82,48 72,18 50,7 44,10'),
    strokes('60,9 43,14 31,42 34,78 50,92 66,77 70,40 62,15 46,10'),
    strokes('64,20 50,8 30,22 18,52 28,84 52,92 76,76 82,44 70,16 52,7 42,13'),
    strokes('40,12 24,30 22,62 38,88 60,90 78,68 80,36 64,12 44,8 34,16'),
  ],
  [
    strokes('50,6 50,94'),
    strokes('34,28 54,8 / 52,94'),
    strokes('34,26 53,8 / 52,92', '32,93 72,92'),
    strokes('58,6 51,50 46,94'),
    strokes('42,20 55,7 / 54,50 56,94'),
  ],
  [
    strokes('22,28 34,11 58,7 76,22 69,46 45,70 20,92 / 81,90'),
    strokes('24,26 42,8 68,14 71,38 50,68 28,90 19,82 32,75 55,90 82,87'),
    strokes('21,20 50,6 75,20 72,42 47,66 22,90 / 50,84 80,94'),
    strokes('26,16 54,8 72,24 64,48 24,91 / 76,91'),
  ],
  [
    strokes('24,16 50,6 73,20 66,39 44,47 / 70,54 80,74 58,93 33,92 20,80'),
    strokes('22,10 74,10 / 46,42 / 72,50 80,72 60,92 34,93 20,84'),
    strokes('26,14 54,6 70,22 59,40 44,46 61,50 76,68 62,90 36,94 22,84'),
    strokes('28,12 56,8 66,24 46,44 / 70,50 74,76 50,94 24,86'),
  ],
  [
    strokes('33,8 22,55 / 81,54', '62,30 58,95'),
    strokes('62,6 18,62 / 84,60', '62,6 60,95'),
    strokes('26,8 21,34 30,51 50,51 71,43', '74,6 69,50 62,95'),
    strokes('28,12 24,52 / 74,48', '70,8 66,50 64,94'),
  ],
  [
    strokes('34,10 29,45 / 52,40 76,52 77,77 53,94 22,86', '34,10 77,8'),
    strokes('76,8 37,10 / 31,44 / 58,40 78,60 66,88 40,94 20,84'),
    strokes('72,11 44,8 31,26 40,43 64,53 74,72 54,93 24,86'),
    strokes('36,12 30,48 / 56,44 72,62 64,88 40,94 24,88', '36,12 72,14'),
  ],
  [
    strokes('68,6 42,24 26,56 30,84 54,94 74,78 68,57 46,54 28,70'),
    strokes('50,5 33,40 26,72 42,93 68,88 74,66 54,54 30,68'),
    strokes('62,4 37,44 26,74 40,94 62,86 64,68 46,63 29,77'),
    strokes('72,10 48,14 28,44 26,76 46,94 70,84 72,62 52,52 30,64'),
  ],
  [
    strokes('20,12 78,10 / 57,48 42,94'),
    strokes('20,12 78,10 / 57,48 44,94', '35,51 68,48'),
    strokes('22,24 24,10 / 80,10 / 50,94'),
    strokes('19,17 46,12 78,8 / 60,36 48,94'),
    strokes('24,10 74,12 / 56,94', '40,46 76,44'),
  ],
  [
    strokes('70,18 52,6 33,16 35,34 53,47 72,63 73,82 52,94 29,82 31,62 50,48 68,34 70,16 58,7'),
    strokes('50,6 33,16 35,37 50,46 65,37 67,16 50,6 46,7', '50,46 28,60 27,84 50,95 73,84 72,60 50,46 46,47'),
    strokes('74,13 52,6 35,20 46,40 63,60 66,82 47,94 30,82 38,62 56,42 73,19'),
    strokes('66,12 44,8 34,24 50,42 68,58 72,80 50,94 30,80 36,58 60,36 68,16 60,9'),
  ],
  [
    strokes('73,20 54,7 31,18 28,40 48,50 67,37 73,18 / 70,56 64,95'),
    strokes('72,18 54,7 32,17 29,38 48,49 68,36 74,16 / 76,50 64,86 42,95 26,86'),
    strokes('70,24 53,8 33,21 34,40 53,46 69,30 71,12 / 54,95'),
    strokes('66,10 42,10 28,28 40,46 62,40 70,14 / 72,54 68,94'),
  ],
]
