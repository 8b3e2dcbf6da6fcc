/*
 * The circuits of data/ by SUNDIALS CVODE: variable-order BDF, analytic Jacobian, dense solver, root finding for the
 * events, restart at the corners of the input. The equations are written out by hand for these two circuits:
 *
 *   oscillator  C1 dV/dt = (Vdc - V)/RL - I(V, y)
 *   neuron      (C1 + Cin) dVNa/dt = Iin + Cin dVin/dt - I(VNa - V1, y1) - (VNa - VK)/RL
 *               C2 dVK/dt = (VNa - VK)/RL - I(VK - V2, y2)
 *   device      dy/dt = (P - Q0 y)/Hy(y), see src/simulator/models/vo2-mott.ts
 *
 * cvode key=value...   keys: table `keys`; prints "event NAME T" of the last repetition, then "cpu SECONDS_PER_RUN STEPS".
 * Every repetition starts cold: it makes its own solver memory, matrix and linear solver, and frees them.
 */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <time.h>

/* neuron 1: four states; 0: two. rise_s to top_s: the input's ramp from 0 to top (A, or V through Cin). */
static double neuron, C1, C2, Cin, RL, V1, V2, Vdc, Re, Rsh, rise_s, top_s, top, stop_s, rtol, repeat;
static double start[4];
static double r, L, cp, dh, kappa, rho_met, rho_ins, dT;

static const struct {
  const char *name;
  double *value;
} keys[] = {
    {"neuron", &neuron}, {"C1", &C1},         {"C2", &C2},           {"Cin", &Cin},         {"RL", &RL},
    {"V1", &V1},         {"V2", &V2},         {"Vdc", &Vdc},         {"Re", &Re},           {"Rsh", &Rsh},
    {"rise_s", &rise_s}, {"top_s", &top_s},   {"top", &top},         {"stop_s", &stop_s},   {"rtol", &rtol},
    {"repeat", &repeat}, {"start0", start},   {"start1", start + 1}, {"start2", start + 2}, {"start3", start + 3},
    {"r", &r},           {"L", &L},           {"cp", &cp},           {"dh", &dh},           {"kappa", &kappa},
    {"rho_met", &rho_met}, {"rho_ins", &rho_ins}, {"dT", &dT},
};

static double Rins, a, Q0, A, B, gShunt; /* as in the model's header */
static double input_slope;               /* of the present segment */
static double input_value, segment_s;    /* input at the segment's start, and that start */

static void check(int flag, const char *what) {
  if (flag >= 0) return;
  fprintf(stderr, "CVODE: %s failed with %d\n", what, flag);
  exit(1);
}

static double share(double y) { return y > 1e-3 ? exp(-2 / y) : 0; }

/* Current of a device at terminal voltage v, and dy/dt. */
static void device(double v, double y, double *i, double *rate) {
  const double e = share(y), channel = (1 + a * e) / Rins, g = channel + gShunt, divider = 1 + Re * g;
  const double across = v / divider;
  const double H = e > 0 ? A * ((1 - e) / 2 - e / y) + 2 * B * e / (y * y) : A / 2;
  *i = across * g;
  *rate = (across * across * channel - Q0 * y) / H;
}

/* Partial derivatives: iv = di/dv, iy = di/dy, fv = df/dv, fy = df/dy. */
static void slopes(double v, double y, double *iv, double *iy, double *fv, double *fy) {
  const double e = share(y), channel = (1 + a * e) / Rins, g = channel + gShunt, divider = 1 + Re * g;
  const double across = v / divider;
  const double e_y = e > 0 ? 2 * e / (y * y) : 0, channel_y = a * e_y / Rins;
  const double H = e > 0 ? A * ((1 - e) / 2 - e / y) + 2 * B * e / (y * y) : A / 2;
  const double H_y =
      e > 0 ? A * (-e_y / 2 - e_y / y + e / (y * y)) + 2 * B * (e_y / (y * y) - 2 * e / (y * y * y)) : 0;
  const double rate = (across * across * channel - Q0 * y) / H;
  *iv = g / divider;
  *iy = across * channel_y / divider;
  *fv = 2 * across * channel / divider / H;
  *fy = (across * across * channel_y * (1 - 2 * channel * Re / divider) - Q0 - rate * H_y) / H;
}

static int rhs(double t, N_Vector state, N_Vector out, void *data) {
  const double *s = N_VGetArrayPointer(state);
  double *d = N_VGetArrayPointer(out), i1, i2;
  (void)data;
  if (neuron == 0) {
    device(s[0], s[1], &i1, &d[1]);
    d[0] = ((Vdc - s[0]) / RL - i1) / C1;
    return 0;
  }
  device(s[0] - V1, s[2], &i1, &d[2]);
  device(s[1] - V2, s[3], &i2, &d[3]);
  const double between = (s[0] - s[1]) / RL;
  const double in = Cin > 0 ? Cin * input_slope : input_value + input_slope * (t - segment_s);
  d[0] = (in - i1 - between) / (C1 + Cin);
  d[1] = (between - i2) / C2;
  return 0;
}

static int jacobian(double t, N_Vector state, N_Vector f, SUNMatrix J, void *data, N_Vector t1, N_Vector t2,
                    N_Vector t3) {
  const double *s = N_VGetArrayPointer(state);
  double iv, iy, fv, fy;
  (void)t, (void)f, (void)data, (void)t1, (void)t2, (void)t3;
  double **c = SM_COLS_D(J); /* zero on entry */
  if (neuron == 0) {
    slopes(s[0], s[1], &iv, &iy, &fv, &fy);
    c[0][0] = (-1 / RL - iv) / C1;
    c[1][0] = -iy / C1;
    c[0][1] = fv;
    c[1][1] = fy;
    return 0;
  }
  const double cNa = C1 + Cin;
  slopes(s[0] - V1, s[2], &iv, &iy, &fv, &fy);
  c[0][0] = (-1 / RL - iv) / cNa;
  c[1][0] = 1 / RL / cNa;
  c[2][0] = -iy / cNa;
  c[0][2] = fv;
  c[2][2] = fy;
  slopes(s[1] - V2, s[3], &iv, &iy, &fv, &fy);
  c[0][1] = 1 / RL / C2;
  c[1][1] = (-1 / RL - iv) / C2;
  c[3][1] = -iy / C2;
  c[1][3] = fv;
  c[3][3] = fy;
  return 0;
}

/* u = 0.25 of each device, and V_K = 0.7 V */
static int events(double t, N_Vector state, double *g, void *data) {
  const double *s = N_VGetArrayPointer(state), on = 1 / log(4);
  (void)t, (void)data;
  if (neuron == 0) {
    g[0] = s[1] - on;
    return 0;
  }
  g[0] = s[2] - on;
  g[1] = s[3] - on;
  g[2] = s[1] - 0.7;
  return 0;
}

static long run(int print) {
  static const char *names[3][2] = {{"X1_on", "X1_off"}, {"X2_on", "X2_off"}, {"VK_up", "VK_dn"}};
  const int size = neuron == 0 ? 2 : 4;
  const int roots = neuron == 0 ? 1 : 3;
  SUNContext context;
#if SUNDIALS_VERSION_MAJOR >= 7
  check(SUNContext_Create(SUN_COMM_NULL, &context), "SUNContext_Create");
#else
  check(SUNContext_Create(NULL, &context), "SUNContext_Create");
#endif
  N_Vector state = N_VNew_Serial(size, context);
  SUNMatrix matrix = SUNDenseMatrix(size, size, context);
  SUNLinearSolver solver = SUNLinSol_Dense(state, matrix, context);
  void *memory = CVodeCreate(CV_BDF, context);
  if (!state || !matrix || !solver || !memory) check(-1, "allocation");
  memcpy(N_VGetArrayPointer(state), start, (size_t)size * sizeof(double));
  check(CVodeInit(memory, rhs, 0, state), "CVodeInit");
  check(CVodeSStolerances(memory, rtol, 0.1 * rtol), "CVodeSStolerances");
  check(CVodeSetLinearSolver(memory, solver, matrix), "CVodeSetLinearSolver");
  check(CVodeSetJacFn(memory, jacobian), "CVodeSetJacFn");
  check(CVodeSetMaxNumSteps(memory, 100000000), "CVodeSetMaxNumSteps");
  check(CVodeRootInit(memory, roots, events), "CVodeRootInit");

  const double ends[3] = {rise_s, top_s, stop_s};
  long steps = 0;
  double t = 0;
  for (int k = neuron == 0 ? 2 : 0; k < 3; k++) {
    segment_s = t;
    input_slope = k == 1 ? top / (top_s - rise_s) : 0;
    input_value = k == 2 ? top : 0;
    if (t > 0) check(CVodeReInit(memory, t, state), "CVodeReInit");
    check(CVodeSetInitStep(memory, 1e-10), "CVodeSetInitStep");
    check(CVodeSetStopTime(memory, ends[k]), "CVodeSetStopTime");
    while (t < ends[k]) {
      const int flag = CVode(memory, ends[k], state, &t, CV_NORMAL);
      check(flag, "CVode");
      if (flag == CV_ROOT_RETURN && print) {
        int found[3];
        check(CVodeGetRootInfo(memory, found), "CVodeGetRootInfo");
        for (int j = 0; j < roots; j++)
          if (found[j]) printf("event %s %.17g\n", names[j][found[j] < 0], t);
      }
    }
    long taken;
    check(CVodeGetNumSteps(memory, &taken), "CVodeGetNumSteps");
    steps += taken;
  }
  CVodeFree(&memory);
  SUNLinSolFree(solver);
  SUNMatDestroy(matrix);
  N_VDestroy(state);
  SUNContext_Free(&context);
  return steps;
}

static double cpu_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int count, char **words) {
  const size_t known = sizeof keys / sizeof *keys;
  for (int k = 1; k < count; k++) {
    const char *is = strchr(words[k], '=');
    size_t j = 0;
    while (j < known && (!is || strlen(keys[j].name) != (size_t)(is - words[k]) ||
                         strncmp(keys[j].name, words[k], (size_t)(is - words[k]))))
      j++;
    if (j == known) {
      fprintf(stderr, "cvode: \"%s\" is not key=value with a known key\n", words[k]);
      return 2;
    }
    *keys[j].value = strtod(is + 1, NULL);
  }
  const double area = 3.14159265358979323846 * r * r;
  Rins = rho_ins * L / area;
  a = rho_ins / rho_met - 1;
  Q0 = 2 * 3.14159265358979323846 * L * kappa * dT;
  A = area * L * cp * dT;
  B = area * L * dh;
  gShunt = 1 / Rsh;
  const double begin = cpu_s();
  for (int k = 1; k < repeat; k++) run(0);
  const long steps = run(1);
  printf("cpu %.9g %ld\n", (cpu_s() - begin) / repeat, steps);
  return 0;
}
