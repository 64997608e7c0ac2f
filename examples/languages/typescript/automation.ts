// Brings this project's stack up, previews, refreshes or destroys it:
//
//     npx tsc && node bin/automation.js up [STACK]
//
// It is an inline program of Pulumi's Automation API, which needs no language host: `pulumi` on PATH is enough, which
// makes the stack, sets its config and shows its outputs, as ever.
import { join } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";

const COMMANDS = ["up", "preview", "refresh", "destroy"] as const;

async function main([wanted, stackName = "dev"]: string[]) {
    const command = COMMANDS.find((each) => each === wanted);
    if (command === undefined) {
        throw new Error(`node bin/automation.js ${COMMANDS.join("|")} [STACK]`);
    }
    const stack = await LocalWorkspace.createOrSelectStack(
        { stackName, projectName: "sjresource-typescript", program: async () => require("./index") },
        { workDir: join(__dirname, "..") },
    );
    // Ctrl-C reaches `pulumi` too, which ends what it began; this process, its program, waits for that.
    process.on("SIGINT", () => {});
    try {
        await stack[command]({ onOutput: (text) => process.stdout.write(text) });
    } catch {
        process.exitCode = 1; // Pulumi has said why.
    }
}

main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 2;
});
