using Orchestrator.Cli.Commands;

return await OrchestratorRoot.RunAsync(args);
