/** SI, exact or CODATA 2018. */
export const q_C = 1.602176634e-19;
export const boltzmann_J_per_K = 1.380649e-23;
export const planck_J_s = 6.62607015e-34;
export const electronMass_kg = 9.1093837015e-31;
export const vacuum_F_per_m = 8.8541878128e-12;
/** Of thermionic emission, free electrons: 4 pi q m k^2/h^3. */
export const richardson_A_per_m2_K2 = 1.20173e6;
