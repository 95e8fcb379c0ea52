using System.CommandLine;
using Orchestrator.Load.Scenarios;
using Orchestrator.Load.Servers;

// One thread serves all connections, as it does in load generators that are made for it: nothing here blocks, and a hop to the thread pool for each answer
// is taken from the server, which is on the same cores. Read when the first socket is made; not for the server (see ServerProcess).
Environment.SetEnvironmentVariable(ServerProcess.InlineCompletions, "1");

var root = new RootCommand("Load on the parts of the orchestrator, and what they make of it.");
root.Subcommands.Add(StoreScenario.Create());
root.Subcommands.Add(ApiScenario.Create());
root.Subcommands.Add(ListScenario.Create());
root.Subcommands.Add(WatchScenario.Create());
root.Subcommands.Add(BindScenario.Create());
root.Subcommands.Add(MemoryScenario.Create());
root.Subcommands.Add(PlacementScenario.Create());
root.Subcommands.Add(RolloutScenario.Create());
root.Subcommands.Add(OpenbScenario.Create());
root.Subcommands.Add(AzureVmScenario.Create());
root.Subcommands.Add(AllScenarios.Create());
return await root.Parse(args).InvokeAsync();
