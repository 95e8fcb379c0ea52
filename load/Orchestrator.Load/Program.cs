using System.CommandLine;
using Orchestrator.Load.Scenarios;

var root = new RootCommand("Load on the parts of the orchestrator, and what they make of it.");
root.Subcommands.Add(StoreScenario.Create());
root.Subcommands.Add(ApiScenario.Create());
root.Subcommands.Add(ListScenario.Create());
root.Subcommands.Add(WatchScenario.Create());
root.Subcommands.Add(MemoryScenario.Create());
root.Subcommands.Add(PlacementScenario.Create());
root.Subcommands.Add(OpenbScenario.Create());
root.Subcommands.Add(AllScenarios.Create());
return await root.Parse(args).InvokeAsync();
