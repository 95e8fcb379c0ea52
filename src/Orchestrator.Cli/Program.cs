using System.CommandLine;

var root = new RootCommand("One orchestrator for virtual machines and containers.");
return await root.Parse(args).InvokeAsync();
