using NBomber.CSharp;
using Orchestrator.Load.Scenarios;
using Orchestrator.Load.Servers;

// The steps of the scenario 'api' under NBomber, against a server of their own: 16 clients create and get ConfigMaps for half a minute.
// dotnet run -c Release --project load/Orchestrator.Load.NBomber -p:UseNBomber=true
const int clients = 16;
const int targets = 1000;
var duration = TimeSpan.FromSeconds(30);
var value = new string('x', 256);

await using var server = await ServerProcess.StartAsync(CancellationToken.None);
var creating = await server.ConnectAsync(clients, CancellationToken.None);
var getting = await server.ConnectAsync(clients, CancellationToken.None);
for (var i = 0; i < targets; i++)
{
    await ApiScenario.CreateAsync(getting[0], $"target-{i}", value);
}

// Copies of a scenario are numbered from 0: each has a connection of its own.
var create = Scenario.Create("create", async context =>
{
    await ApiScenario.CreateAsync(creating[context.ScenarioInfo.ThreadNumber], $"load-{context.ScenarioInfo.ThreadNumber}-{context.InvocationNumber}", value);
    return Response.Ok();
}).WithLoadSimulations(Simulation.KeepConstant(clients, duration));
var get = Scenario.Create("get", async context =>
{
    await ApiScenario.GetAsync(getting[context.ScenarioInfo.ThreadNumber], $"target-{context.InvocationNumber % targets}");
    return Response.Ok();
}).WithLoadSimulations(Simulation.KeepConstant(clients, duration));

NBomberRunner.RegisterScenarios(create, get).Run(args);
