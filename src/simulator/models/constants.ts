/** Physical constants, CODATA 2018 to the digits any model here can tell. */
export const boltzmann_V_per_K = 8.617333e-5;
export const electron_C = 1.602177e-19;
export const planck_Js = 6.62607e-34;
export const electronMass_kg = 9.10938e-31;
export const vacuum_F_per_m = 8.854188e-12;
