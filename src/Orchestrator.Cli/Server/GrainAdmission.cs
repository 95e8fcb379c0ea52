using Orchestrator.Api.Writing;
using Orchestrator.Grains.Creations;
using Orchestrator.Store;

namespace Orchestrator.Cli.Server;

/// <summary>Lets what controllers create go through the API's admission.</summary>
internal sealed class GrainAdmission(ControllerCreations creations) : IObjectAdmission
{
    public async ValueTask<AdmittedObjects> AdmitAsync(NewObjects wanted, CancellationToken cancel)
    {
        (IReadOnlyList<CreateObject> objects, IReadOnlyList<Mutation> charges, string? refusal) =
            await creations.AdmitAsync(wanted.Resource, wanted.Namespace, wanted.Controller, wanted.Bodies, cancel);
        return new AdmittedObjects(objects, charges, refusal);
    }
}
