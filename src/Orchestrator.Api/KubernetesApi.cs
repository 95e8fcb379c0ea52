using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Discovery;
using Orchestrator.Api.Flow;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.OpenApi;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Schemas;
using Orchestrator.Api.Security;
using Orchestrator.Api.Tables;
using Orchestrator.Api.Telemetry;
using Orchestrator.Api.Verbs;
using Orchestrator.Api.Watching;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api;

/// <summary>Composition of the Kubernetes API.</summary>
public static class KubernetesApi
{
    /// <summary>
    /// Registers the API over the <c>IObjectStore</c> of the container. Authenticators, authorizers, admission rules, absorbers, overlays and
    /// subresources are collected from the container: register them as singletons of their interfaces. Their order of registration is the order in which they are asked.
    /// </summary>
    public static IServiceCollection AddKubernetesApi(this IServiceCollection services, ServedKinds kinds, Action<ApiOptions>? configure = null)
    {
        var options = new ApiOptions();
        configure?.Invoke(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(kinds);
        services.AddSingleton(options);
        services.AddMetrics();
        services.TryAddSingleton(_ => new Random());
        services.AddSingleton<ApiMetrics>();
        services.AddSingleton<FieldSchemas>();
        services.AddSingleton<ObjectDecoder>();
        services.AddSingleton<VerbRouter>();
        services.AddSingleton<AuthorizerChain>();
        services.AddSingleton<Impersonation>();
        services.AddSingleton<ApiPipeline>();
        AddReading(services);
        AddWriting(services);
        AddDocuments(services);
        return services;
    }

    /// <summary>Puts the API's pipeline into the application. What is mapped after it is reached only by authenticated and authorized requests.</summary>
    public static IApplicationBuilder UseKubernetesApi(this IApplicationBuilder app)
    {
        var pipeline = app.ApplicationServices.GetRequiredService<ApiPipeline>();
        return app.Use(next => context => pipeline.HandleAsync(context, next));
    }

    private static void AddReading(IServiceCollection services)
    {
        services.AddSingleton<ListSizes>();
        services.AddSingleton<FlowControl>();
        services.AddSingleton<OpenWatches>();
        services.AddSingleton<Freshness>();
        services.AddSingleton<ListSnapshots>();
        services.AddSingleton<PastLists>();
        services.AddSingleton<ListPages>();
        services.AddSingleton<ServedObjects>();
        services.AddSingleton<TableRows>();
        services.AddSingleton<LargeBodies>();
        services.AddSingleton<ObjectResponse>();
        services.AddSingleton<GetVerb>();
        services.AddSingleton<ListVerb>();
        services.AddSingleton<WatchFeed>();
        services.AddSingleton<WatchVerb>();
    }

    private static void AddWriting(IServiceCollection services)
    {
        services.AddSingleton<GeneratedNames>();
        services.AddSingleton<FieldOwnership>();
        services.AddSingleton<AdmissionChain>();
        services.AddSingleton<WriteClaims>();
        services.AddAdmissionWebhooks();
        services.AddSingleton<QuotaCharge>();
        services.AddSingleton<UpdateFlow>();
        services.AddSingleton<DeleteFlow>();
        services.AddSingleton<ScaleVerbs>();
        services.AddSingleton<CreateVerb>();
        services.AddSingleton(p => new ControllerCreations(
            p.GetRequiredService<AdmissionChain>(), p.GetRequiredService<QuotaCharge>(), p.GetRequiredService<GeneratedNames>(),
            p.GetRequiredService<ServedKinds>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<UpdateVerb>();
        services.AddSingleton<ApplyVerb>();
        services.AddSingleton<DeleteVerb>();
        services.AddSingleton<DeleteCollectionVerb>();
    }

    private static void AddAdmissionWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<ServiceAddresses>();
        services.AddSingleton<WebhookClients>();
        services.AddSingleton<WebhookFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookFollower>());
        services.AddSingleton<WebhookMatching>();
        services.AddSingleton<WebhookCaller>();
        services.AddSingleton<PatchedObjects>();
        services.AddSingleton<AdmissionWebhooks>();
        services.AddSingleton<ConnectionAdmission>();
    }

    private static void AddDocuments(IServiceCollection services)
    {
        services.AddSingleton<ServedVerbs>();
        services.AddSingleton<GroupDocuments>();
        services.AddSingleton<AggregatedDocuments>();
        services.AddSingleton<OpenApiPaths>();
        services.AddSingleton<OpenApiV3Documents>();
        services.AddSingleton<OpenApiV2Document>();
        services.AddSingleton<DiscoveryDocuments>();
    }
}
