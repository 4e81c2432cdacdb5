/* A stand-in for libnvidia-ml.so.1: answers what the scenario file named by NVML_STANDIN says.
 *
 * Lines of a scenario ("#" begins a comment):
 *   driver=535.104.05        cuda=12020        count=8 (else the number of gpu lines)
 *   gpu=NAME|UUID|MAJOR|MINOR|MEMORY_BYTES|MIG|LINKS|LINK_VERSION[|PCIE_GENERATION|LANES|LANES_NOW]
 *                                                                     MIG: -1 not supported, 0 off, 1 on
 *   slice=GPU|PROFILE|UUID|MEMORY_BYTES|SLICES[|GPU_INSTANCE|COMPUTE_INSTANCE[|OPTICAL_FLOW_ENGINES]]
 *                                                                     an empty PROFILE: the name does not tell
 *   fail=FUNCTION|CODE[|GPU] what a function returns (of one GPU only, where given)
 *   hang=FUNCTION[|GPU]      never comes back      crash=FUNCTION     segmentation fault
 *   slow=FUNCTION|MILLISECONDS                     comes back, but late
 *   print=TEXT               printed to stdout by nvmlInit
 * \xNN in a text is that byte. Layouts and codes: https://docs.nvidia.com/deploy/nvml-api/
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OK = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, MOST = 64 };

typedef struct { char name[96], uuid[96], profile[64]; int major, minor, mig, links, link_version, index, parent, generation, lanes, lanes_now, gi, ci; unsigned slices, ofa; unsigned long long memory; } device;
typedef struct { char function[64]; int code, gpu; } fault;

static device gpus[MOST], slices[MOST];
static fault faults[MOST];
static int gpu_count, slice_count, fault_count, loaded;
static unsigned count;
static int cuda = -1;
static char driver[80], hang[64], crash[64], slow[64], noise[256];
static int hang_gpu = -1, slow_ms;

static char *field(char **rest) {
    char *text = strsep(rest, "|");
    return text ? text : "";
}

static int number(char **rest, int otherwise) {
    char *text = field(rest);
    return *text ? atoi(text) : otherwise;
}

static void copy(char *to, size_t size, const char *from) {
    size_t n = 0;
    unsigned byte;
    while (*from && n + 1 < size) {
        if (sscanf(from, "\\x%2x", &byte) == 1) { to[n++] = (char)byte; from += 4; }
        else to[n++] = *from++;
    }
    to[n] = 0;
}

static void read_line(char *line) {
    char *value = strchr(line, '=');
    if (*line == '#' || !value) return;
    *value++ = 0;
    value[strcspn(value, "\n")] = 0;
    if (!strcmp(line, "driver")) copy(driver, sizeof driver, value);
    else if (!strcmp(line, "cuda")) cuda = atoi(value);
    else if (!strcmp(line, "count")) count = (unsigned)strtoul(value, 0, 10);
    else if (!strcmp(line, "hang")) { copy(hang, sizeof hang, field(&value)); hang_gpu = number(&value, -1); }
    else if (!strcmp(line, "slow")) { copy(slow, sizeof slow, field(&value)); slow_ms = number(&value, 0); }
    else if (!strcmp(line, "crash")) copy(crash, sizeof crash, value);
    else if (!strcmp(line, "print")) copy(noise, sizeof noise, value);
    else if (!strcmp(line, "fail") && fault_count < MOST) {
        fault *f = &faults[fault_count++];
        copy(f->function, sizeof f->function, field(&value));
        f->code = atoi(field(&value));
        char *gpu = field(&value);
        f->gpu = *gpu ? atoi(gpu) : -1;
    } else if (!strcmp(line, "gpu") && gpu_count < MOST) {
        device *d = &gpus[gpu_count];
        copy(d->name, sizeof d->name, field(&value));
        copy(d->uuid, sizeof d->uuid, field(&value));
        d->major = atoi(field(&value));
        d->minor = atoi(field(&value));
        d->memory = strtoull(field(&value), 0, 10);
        d->mig = atoi(field(&value));
        d->links = atoi(field(&value));
        d->link_version = atoi(field(&value));
        d->generation = number(&value, -1);
        d->lanes = number(&value, -1);
        d->lanes_now = number(&value, -1);
        d->gi = d->ci = -1;
        d->index = gpu_count++;
        d->parent = -1;
    } else if (!strcmp(line, "slice") && slice_count < MOST) {
        device *s = &slices[slice_count];
        s->parent = atoi(field(&value));
        copy(s->profile, sizeof s->profile, field(&value));
        copy(s->uuid, sizeof s->uuid, field(&value));
        s->memory = strtoull(field(&value), 0, 10);
        s->slices = (unsigned)atoi(field(&value));
        s->gi = number(&value, -1);
        s->ci = number(&value, -1);
        s->ofa = (unsigned)number(&value, 0);
        s->generation = s->lanes = s->lanes_now = -1;
        device *p = &gpus[s->parent];
        char whole[51], profile[31];
        copy(whole, sizeof whole, p->name);
        copy(profile, sizeof profile, s->profile);
        snprintf(s->name, sizeof s->name, *profile ? "%s MIG %s" : "%s", whole, profile);
        s->major = p->major;
        s->minor = p->minor;
        s->mig = -1;
        s->index = slice_count++;
    }
}

static void load(void) {
    char line[1024];
    const char *path = getenv("NVML_STANDIN");
    FILE *file = path ? fopen(path, "r") : 0;
    if (loaded++ || !file) return;
    while (fgets(line, sizeof line, file)) read_line(line);
    fclose(file);
}

/* every function passes here first */
static int gate(const char *function, const device *of) {
    load();
    if (!strcmp(function, hang) && (hang_gpu < 0 || (of && of->index == hang_gpu))) for (;;) pause();
    if (!strcmp(function, slow)) usleep((useconds_t)slow_ms * 1000);
    if (!strcmp(function, crash)) raise(SIGSEGV);
    for (int i = 0; i < fault_count; i++)
        if (!strcmp(function, faults[i].function) && (faults[i].gpu < 0 || (of && of->index == faults[i].gpu))) return faults[i].code;
    return OK;
}
#define GATE(of) do { int code = gate(__func__, of); if (code) return code; } while (0)

static int start(void) {
    if (*noise) { printf("%s\n", noise); fflush(stdout); }
    return OK;
}
int nvmlInitWithFlags(unsigned flags) { (void)flags; GATE(0); return start(); }
int nvmlInit_v2(void) { GATE(0); return start(); }
int nvmlShutdown(void) { GATE(0); return OK; }

const char *nvmlErrorString(int code) {
    gate(__func__, 0);
    switch (code) {
    case 3: return "Not Supported";
    case 9: return "Driver Not Loaded";
    case 15: return "GPU is lost";
    case 18: return "Driver/library version mismatch";
    case 999: return "Unknown Error";
    default: return "An error of the stand-in";
    }
}

int nvmlSystemGetDriverVersion(char *text, unsigned size) { GATE(0); snprintf(text, size, "%s", driver); return OK; }
int nvmlSystemGetCudaDriverVersion(int *version) { GATE(0); *version = cuda; return cuda < 0 ? NOT_SUPPORTED : OK; }
int nvmlDeviceGetCount_v2(unsigned *n) { GATE(0); *n = count ? count : (unsigned)gpu_count; return OK; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, device **d) {
    if (index >= (unsigned)gpu_count) return INVALID_ARGUMENT;
    GATE(&gpus[index]);
    *d = &gpus[index];
    return OK;
}

int nvmlDeviceGetName(device *d, char *text, unsigned size) { GATE(d); snprintf(text, size, "%s", d->name); return OK; }
int nvmlDeviceGetUUID(device *d, char *text, unsigned size) { GATE(d); snprintf(text, size, "%s", d->uuid); return OK; }

int nvmlDeviceGetMemoryInfo(device *d, unsigned long long *total_free_used) {
    GATE(d);
    total_free_used[0] = total_free_used[1] = d->memory;
    total_free_used[2] = 0;
    return OK;
}

int nvmlDeviceGetCudaComputeCapability(device *d, int *major, int *minor) {
    GATE(d);
    *major = d->major;
    *minor = d->minor;
    return OK;
}

int nvmlDeviceGetMigMode(device *d, unsigned *current, unsigned *pending) {
    GATE(d);
    if (d->mig < 0) return NOT_SUPPORTED;
    *current = *pending = (unsigned)d->mig;
    return OK;
}

int nvmlDeviceGetMaxMigDeviceCount(device *d, unsigned *most) { GATE(d); *most = d->mig < 0 ? 0 : 7; return OK; }

int nvmlDeviceGetMigDeviceHandleByIndex(device *d, unsigned index, device **slice) {
    GATE(d);
    for (int i = 0; i < slice_count; i++)
        if (slices[i].parent == d->index && index-- == 0) { *slice = &slices[i]; return OK; }
    return NOT_FOUND;
}

typedef struct { unsigned multiprocessors, copy, decoder, encoder, jpeg, ofa, gpu_slices, compute_slices; unsigned long long memory_mib; } attributes;
int nvmlDeviceGetAttributes_v2(device *d, attributes *a) {
    GATE(d);
    memset(a, 0, sizeof *a);
    a->gpu_slices = a->compute_slices = d->slices;
    a->memory_mib = d->memory >> 20;
    a->ofa = d->ofa;
    return OK;
}

int nvmlDeviceGetNvLinkState(device *d, unsigned link, unsigned *active) {
    GATE(d);
    if (link >= (unsigned)d->links) return d->links ? INVALID_ARGUMENT : NOT_SUPPORTED;
    *active = 1;
    return OK;
}
int nvmlDeviceGetNvLinkVersion(device *d, unsigned link, unsigned *version) { (void)link; GATE(d); *version = (unsigned)d->link_version; return OK; }

static int known(int value, unsigned *to) { *to = (unsigned)value; return value < 0 ? NOT_SUPPORTED : OK; }
int nvmlDeviceGetMaxPcieLinkGeneration(device *d, unsigned *value) { GATE(d); return known(d->generation, value); }
int nvmlDeviceGetMaxPcieLinkWidth(device *d, unsigned *value) { GATE(d); return known(d->lanes, value); }
int nvmlDeviceGetCurrPcieLinkWidth(device *d, unsigned *value) { GATE(d); return known(d->lanes_now, value); }
int nvmlDeviceGetGpuInstanceId(device *d, unsigned *value) { GATE(d); return known(d->gi, value); }
int nvmlDeviceGetComputeInstanceId(device *d, unsigned *value) { GATE(d); return known(d->ci, value); }
