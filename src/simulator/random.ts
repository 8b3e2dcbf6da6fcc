/** Numbers that look random and are the same on every machine for the same seed and stream. */
export interface Random {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal: mean 0, standard deviation 1. */
  normal(): number;
}

/**
 * A generator of its own for each use: draws from one stream never shift another.
 *
 * Integer arithmetic and comparisons only, no logarithm or cosine whose last bit might depend on the machine.
 * xoshiro128**: Blackman, Vigna, ACM Trans. Math. Softw. 47 (2021) 36. State filled by SplitMix-like mixing of a hash.
 *
 * @param seed any finite number; integers are told apart up to 2^53
 * @param stream what it is for: "device:zno-diffusive", "noise:smu"
 */
export function createRandom(seed: number, stream: string): Random {
  return new Xoshiro(seed, stream);
}

class Xoshiro implements Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number, stream: string) {
    const mix = mixer(hash(`${seed}/${stream}`));
    this.a = mix();
    this.b = mix();
    this.c = mix();
    this.d = mix() | 1; // never all zero
  }

  uniform(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Exact sampling by comparisons: Karney, ACM Trans. Math. Softw. 42 (2016) 3, algorithm N. */
  normal(): number {
    for (;;) {
      let k = 0;
      while (this.happensWithExp(0.5)) k++;
      if (!this.happensOften(k * (k - 1), 0.5)) continue;
      const x = this.uniform();
      if (!this.happensOften(k + 1, (x * (2 * k + x)) / (2 * k + 2))) continue;
      return this.next() & 0x100 ? k + x : -(k + x);
    }
  }

  private happensOften(times: number, p: number): boolean {
    for (let i = 0; i < times; i++) if (!this.happensWithExp(p)) return false;
    return true;
  }

  /** True with probability exp(-p), 0 <= p <= 1: the run p > u1 > u2 > ... has even length (von Neumann, 1951). */
  private happensWithExp(p: number): boolean {
    let last = p * 4294967296;
    for (let even = true; ; even = !even) {
      const u = this.next();
      if (u >= last) return even;
      last = u;
    }
  }

  private next(): number {
    const b = this.b;
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const shifted = b << 9;
    this.c ^= this.a;
    this.d ^= b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}

/** Successive well-mixed 32-bit words (Weyl sequence through the finaliser of MurmurHash3). */
function mixer(start: number): () => number {
  let weyl = start;
  return () => {
    weyl = (weyl + 0x9e3779b9) | 0;
    let z = weyl;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
}
