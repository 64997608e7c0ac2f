// Runs the compiled program of this folder, index.js, with the Automation API: its inline programs need no
// language host. Takes the steps as JSON, `[{"run": "up", "config": {"epochs": "20"}}, …]`, and writes a line
// of JSON for each.
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

const [, , projectName, steps] = process.argv;

function program() {
    // It is declared anew by each step.
    delete require.cache[require.resolve("./bin/index.js")];
    return require("./bin/index.js");
}

async function run(stack, step) {
    for (const [key, value] of Object.entries(step.config ?? {})) {
        await stack.setConfig(key, value);
    }
    const changed = {};
    const onEvent = (event) => {
        const step = (event.resourcePreEvent ?? event.resOutputsEvent)?.metadata;
        if (step?.detailedDiff) {
            changed[step.urn.split("::").pop()] = Object.keys(step.detailedDiff);
        }
    };
    const done = await stack[step.run]({ onEvent, diff: step.run === "preview" });
    const outputs = Object.entries(done.outputs ?? {}).map(([name, { value }]) => [name, value]);
    const changes = done.changeSummary ?? done.summary.resourceChanges;
    return { changes, changed, outputs: Object.fromEntries(outputs), stdout: done.stdout };
}

async function main() {
    const stack = await LocalWorkspace.createOrSelectStack({ stackName: "test", projectName, program: async () => program() });
    for (const step of JSON.parse(steps)) {
        console.log(JSON.stringify(await run(stack, step)));
    }
}

main().catch((error) => {
    console.error(String(error));
    process.exit(1);
});
