/** The oracle of tags: compiles and loads by libbcc itself, and prints what the kernel says of each function. */

import { functionInfo } from "../../src/kernel/bpf.ts";
import { cString } from "../../src/kernel/libc.ts";
import { compileWithKernelTypes } from "../../src/compiler/compile_with_kernel_types.ts";
import { compileModule, openLibbcc } from "../../src/compiler/libbcc.ts";

const { code, cflags, wanted } = JSON.parse(Deno.args[0]) as {
  code: string;
  cflags: string[];
  wanted: { name: string; type: number }[];
};
const folder = Deno.makeTempDirSync();
try {
  // Leaves libbcc's header tree in place for the compilation below.
  compileWithKernelTypes({
    source: { name: "oracle", code, cflags },
    kernelTypes: "auto",
    folder,
  });
  const libbcc = openLibbcc();
  const module = compileModule(libbcc, code, ["-Dbpf_probe_read=bpf_probe_read_arg", ...cflags]);
  if (!module) throw new Error("libbcc does not compile it");
  const { symbols } = Deno.dlopen("libbcc.so.0", {
    bpf_function_start: { parameters: ["pointer", "buffer"], result: "pointer" },
    bpf_function_size: { parameters: ["pointer", "buffer"], result: "usize" },
    // int bcc_func_load(void *program, int prog_type, const char *name, const struct bpf_insn *insns, int prog_len,
    //                   const char *license, unsigned kern_version, int log_level, char *log_buf,
    //                   unsigned log_buf_size, const char *dev_name, unsigned flags, int expected_attach_type)
    bcc_func_load: {
      parameters: [
        "pointer",
        "i32",
        "buffer",
        "pointer",
        "i32",
        "pointer",
        "u32",
        "i32",
        "pointer",
        "u32",
        "pointer",
        "u32",
        "i32",
      ],
      result: "i32",
    },
  });
  const tags = wanted.map(({ name, type }) => {
    const start = symbols.bpf_function_start(module, cString(name));
    const size = Number(symbols.bpf_function_size(module, cString(name)));
    const license = libbcc.bpf_module_license(module);
    const version = libbcc.bpf_module_kern_version(module);
    const fd = symbols.bcc_func_load(
      module,
      type,
      cString(name),
      start,
      size,
      license,
      version,
      0,
      null,
      0,
      null,
      0,
      -1,
    );
    if (fd < 0) throw new Error(`libbcc does not load "${name}"`);
    return [name, functionInfo(fd).tag];
  });
  console.log(JSON.stringify(Object.fromEntries(tags)));
} finally {
  Deno.removeSync(folder, { recursive: true });
}
