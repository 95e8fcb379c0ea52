using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Creations;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.SimulationTests.Controllers;

/// <summary>What every admission does, and no more: names, uids and times. Now and then it refuses, as a quota does.</summary>
internal sealed class StampingAdmission(Random random, TimeProvider time) : IObjectAdmission
{
    private const double RefusalShare = 0.03;

    public async ValueTask<AdmittedObjects> AdmitAsync(NewObjects wanted, CancellationToken cancel)
    {
        await Task.Yield();
        var objects = new List<CreateObject>();
        foreach (JsonObject body in wanted.Bodies)
        {
            if (random.NextDouble() < RefusalShare)
            {
                return new AdmittedObjects(objects, [], "refused by the simulation");
            }

            objects.Add(Stamp(wanted, body));
        }

        return new AdmittedObjects(objects, [], null);
    }

    private CreateObject Stamp(NewObjects wanted, JsonObject body)
    {
        JsonObject metadata = body.ObjectOrNew("metadata")!;
        string name = metadata.Text("name") ?? metadata.Text("generateName") + random.Next(1 << 24).ToString("x", CultureInfo.InvariantCulture);
        string uid = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        metadata["name"] = name;
        metadata["namespace"] = wanted.Namespace;
        metadata["uid"] = uid;
        metadata["generation"] = 1;
        metadata["creationTimestamp"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (wanted.Resource == "pods")
        {
            body["status"] = new JsonObject { ["phase"] = "Pending" };
        }

        return new CreateObject(new ObjectKey(wanted.Resource, wanted.Namespace, name), uid, JsonSerializer.SerializeToUtf8Bytes(body));
    }
}
