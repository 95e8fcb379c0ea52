using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Explanations;
using Orchestrator.Grains.Hosting;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Testing;
using Orchestrator.Testing.Cluster;

namespace Orchestrator.IntegrationTests.Scheduling;

/// <summary>A server without its API: the store and the grains, as they are hosted in the product.</summary>
internal sealed class SchedulingServer : IAsyncDisposable
{
    private readonly IHost _host;

    private SchedulingServer(IHost host) => _host = host;

    public IObjectStore Store => _host.Services.GetRequiredService<IObjectStore>();

    public static async Task<SchedulingServer> StartAsync(string connectionString, GrainOptions? options = null)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(new ServedKinds(BuiltInKinds.Registry()));
        builder.Services.AddObjectStore(new StoreOptions { ConnectionString = connectionString });
        builder.AddOrchestratorGrains(options ?? new GrainOptions());
        IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new SchedulingServer(host);
    }

    public async Task CreateAsync(string resource, JsonObject obj)
    {
        CommitResult result = await Store.CommitAsync(ClusterObjects.Create(resource, obj), TestContext.Current.CancellationToken);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
    }

    public async Task CreateNodeAsync(string name, string cpu = "4")
    {
        await CreateAsync("nodes", ClusterObjects.Node(name, cpu));
        await CreateAsync("hypervisors.orchestrator.dev", ClusterObjects.Hypervisor(name, "containerd", "runc"));
    }

    /// <summary>The pod once it is bound.</summary>
    public Task<StoredObject> BoundAsync(string pod) => WhenAsync($"{pod} is bound", () =>
        Store.Get(new ObjectKey("pods", "default", pod)) is { } stored && stored.Fields["spec.nodeName"].Length > 0 ? stored : null);

    /// <summary>What the scheduler says of the node for the pod; null where it does not know the one or the other.</summary>
    public async Task<JsonObject?> ExplainNodeAsync(string pod, string node)
    {
        string uid = Store.Get(new ObjectKey("pods", "default", pod))!.Uid;
        byte[]? json = await _host.Services.GetRequiredService<NodeExplainer>().ExplainAsync(uid, node);
        return json is null ? null : (JsonObject)JsonNode.Parse(json)!;
    }

    /// <summary>The pod's kept explanation once it has the outcome.</summary>
    public async Task<JsonObject> ExplainedAsync(string pod, string outcome)
    {
        string uid = Store.Get(new ObjectKey("pods", "default", pod))!.Uid;
        return await Eventually.GetAsync(
            async () =>
            {
                ExplanationRecord? record = await _host.Services.GetRequiredService<IExplanationStore>().FindAsync(uid, TestContext.Current.CancellationToken);
                var json = record is null ? null : (JsonObject)JsonNode.Parse(record.Body.Span)!;
                return json?["outcome"]?.GetValue<string>() == outcome ? json : null;
            },
            $"{pod} is explained as {outcome}");
    }

    /// <summary>The first event of the pod with the reason.</summary>
    public Task<JsonObject> ToldAsync(string pod, string reason) => WhenAsync($"{reason} is told of {pod}", () => Store.List("events").Items
        .Select(ClusterObjects.Read)
        .FirstOrDefault(e => e["involvedObject"]!["name"]!.GetValue<string>() == pod && e["reason"]!.GetValue<string>() == reason));

    public static Task<T> WhenAsync<T>(string what, Func<T?> ask)
        where T : class => Eventually.GetAsync(() => Task.FromResult(ask()), what);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
