using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>
/// Writes the rules of every ClusterRole with an <c>aggregationRule</c>: those of all roles that its selectors match, each once, in the order of the
/// roles' names. Runs on every server; what one has written the others find.
/// </summary>
internal sealed partial class RoleAggregation(IObjectStore store, TimeProvider time, ILogger<RoleAggregation> logger) : BackgroundService
{
    /// <summary>What is to be written.</summary>
    public static IReadOnlyList<UpdateObject> Plan(IReadOnlyList<StoredObject> clusterRoles)
    {
        var roles = clusterRoles.Select(r => (Stored: r, Object: JsonTree.ParseStored(r.Json))).ToList();
        var updates = new List<UpdateObject>();
        foreach (var (stored, role) in roles)
        {
            if (role.Child("aggregationRule") is not { } aggregation)
            {
                continue;
            }

            LabelSelector[] selectors = [.. aggregation.Items("clusterRoleSelectors").Select(s => SelectorObject.Read(s.Item)).OfType<LabelSelector>()];
            var rules = new JsonArray();
            foreach (var (source, obj) in roles.Where(r => r.Stored.Key != stored.Key && selectors.Any(s => s.Matches(r.Stored.Labels))))
            {
                foreach (var (rule, _) in obj.Items("rules").Where(r => !rules.Any(known => JsonNode.DeepEquals(known, r.Item))))
                {
                    rules.Add(rule.DeepClone());
                }
            }

            if (!JsonNode.DeepEquals(role["rules"] ?? new JsonArray(), rules))
            {
                role["rules"] = rules;
                updates.Add(StoredEdit.Replace(stored, role));
            }
        }

        return updates;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        ChangeLoop.RunAsync(store, [RbacResources.ClusterRoles], null, PassAsync, LogWaits, time, stoppingToken);

    /// <summary>A role may gather from one that gathers itself: what is written here wakes the next pass. A lost race does too.</summary>
    private async Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        var updates = Plan(store.List(RbacResources.ClusterRoles).Items);
        if (updates.Count > 0)
        {
            await store.CommitAsync(updates, cancel: cancel);
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "aggregated cluster roles wait: {Reason}")]
    private partial void LogWaits(string reason);
}
