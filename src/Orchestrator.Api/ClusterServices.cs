using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Bootstrap;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Health;
using Orchestrator.Api.Heartbeats;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Authorization;
using Orchestrator.Api.Security.Certificates;
using Orchestrator.Api.Security.Oidc;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Api.Security.Rbac;
using Orchestrator.Api.Security.Reviews;
using Orchestrator.Api.Security.Tokens;
using Orchestrator.Api.Nodes;
using Orchestrator.Api.Services;
using Orchestrator.Api.Subresources;
using Orchestrator.Api.Subresources.Agents;
using Orchestrator.Api.Subresources.Logs;
using Orchestrator.Api.Subresources.Proxies;
using Orchestrator.Api.Subresources.VirtualMachines;
using Orchestrator.Api.Usage;
using Orchestrator.Api.Verbs;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api;

/// <summary>Composition of what makes the generic API a cluster's: who may enter and do what, admission, subresources, initial objects, health.</summary>
public static class ClusterServices
{
    /// <summary>Register after the store and <see cref="KubernetesApi.AddKubernetesApi"/>. Orders of registration are orders of asking.</summary>
    public static IServiceCollection AddClusterServices(this IServiceCollection services, ClusterCertificates certificates, SecurityOptions? security = null, ServiceNetwork? network = null)
    {
        services.AddSingleton(security ?? new SecurityOptions());
        services.AddSingleton<IAuthenticator>(provider =>
            new ClientCertificateAuthenticator(certificates.Authority.Certificate, provider.GetRequiredService<TimeProvider>()));
        services.AddTokens(security?.Oidc);
        services.AddAuditing(security?.Audit);
        services.AddSingleton<IAuthorizer, MastersAuthorizer>();
        services.AddSingleton<IAuthorizer, NodeAuthorizer>();
        services.AddRbac();
        services.AddCertificateSigning();
        services.AddServices(network ?? new ServiceNetwork());
        services.AddReviews();
        services.AddAdmissionRules();
        services.AddSingleton(certificates);
        services.AddHostedService<CertificateRenewal>();
        services.AddSingleton<PodBinder>();
        services.AddSingleton<ISubresource, PodBinding>();
        services.AddSingleton<IComputedResource, BindingCreation>();
        services.AddSingleton<ISubresource, PodEviction>();
        services.AddSingleton<ISubresource, PodExplanation>();
        services.AddSingleton<ISubresource, PodEphemeralContainers>();
        services.AddAgentSubresources();
        services.AddVirtualMachines();
        services.AddUsage();
        services.AddSingleton<ClusterBootstrap>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterBootstrap>());
        services.AddHostedService<Definitions>();
        services.AddHostedService<NamespaceBelongings>();
        services.AddSingleton<IComputedResource, ComponentStatuses>();
        services.AddSingleton<IHealthCheck, PingCheck>();
        services.AddSingleton<IHealthCheck, StoreCheck>();
        services.AddSingleton<IHealthCheck, BootstrapCheck>();
        return services;
    }

    private static void AddAuditing(this IServiceCollection services, AuditOptions? audit)
    {
        if (audit is not null)
        {
            services.AddSingleton(audit);
            services.AddSingleton<AuditLog>();
            services.AddSingleton<Auditor>();
            services.AddHostedService(provider => provider.GetRequiredService<AuditLog>());
        }
    }

    private static void AddAgentSubresources(this IServiceCollection services)
    {
        services.AddSingleton<AgentEndpoints>();
        services.AddSingleton<AgentUpgrade>();
        services.AddSingleton<ISubresource, PodLog>();
        services.AddHttpForwarder();
        services.AddSingleton<PodTunnels>().AddSingleton<ProxyForwarder>();
        services.AddSingleton<ISubresource, NodeProxy>().AddSingleton<ISubresource, PodProxy>().AddSingleton<ISubresource, ServiceProxy>();
        foreach (var stream in (Func<IObjectStore, AgentEndpoints, AgentUpgrade, PodStream>[])[PodStream.Exec, PodStream.Attach, PodStream.PortForward])
        {
            services.AddSingleton<ISubresource>(p => stream(p.GetRequiredService<IObjectStore>(), p.GetRequiredService<AgentEndpoints>(), p.GetRequiredService<AgentUpgrade>()));
        }
    }

    private static void AddVirtualMachines(this IServiceCollection services)
    {
        services.AddSingleton<InstancePods>();
        foreach (var power in (Func<IObjectStore, ApiOptions, MachinePower>[])[MachinePower.Start, MachinePower.Stop, MachinePower.Restart])
        {
            services.AddSingleton<ISubresource>(p => power(p.GetRequiredService<IObjectStore>(), p.GetRequiredService<ApiOptions>()));
        }

        // One registration each, so that each is asked for by its name: their lists are made from the same parts.
        for (int i = 0; i < InstanceSubresources.Count; i++)
        {
            int index = i;
            services.AddSingleton(p => InstanceSubresources.Of(p.GetRequiredService<InstancePods>(), p.GetRequiredService<AgentEndpoints>(), p.GetRequiredService<AgentUpgrade>())[index]);
        }
    }

    private static void AddUsage(this IServiceCollection services)
    {
        services.AddSingleton<AgentStats>();
        services.AddSingleton<UsageReadings>();
        services.AddSingleton(p => new PodUsage(p.GetRequiredService<UsageReadings>(), p.GetRequiredService<ServedKinds>()));
        foreach (var usage in (Func<UsageReadings, IObjectStore, ListVerb, ObjectResponse, UsageResource>[])[UsageResource.OfNodes, UsageResource.OfPods])
        {
            services.AddSingleton<IComputedResource>(p => usage(
                p.GetRequiredService<UsageReadings>(), p.GetRequiredService<IObjectStore>(), p.GetRequiredService<ListVerb>(), p.GetRequiredService<ObjectResponse>()));
        }
    }

    private static void AddTokens(this IServiceCollection services, OidcOptions? oidc)
    {
        services.AddSingleton<TokenSigner>();
        services.AddSingleton<ITokenAuthenticator, ServiceAccountTokens>();
        services.AddSingleton<ITokenAuthenticator, BootstrapTokens>();
        if (oidc is not null)
        {
            services.AddSingleton<ITokenAuthenticator>(provider =>
                new OidcTokens(oidc, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OidcTokens>>()));
        }

        services.AddSingleton<BearerTokens>();
        services.AddSingleton<IAuthenticator>(provider => provider.GetRequiredService<BearerTokens>());
        services.AddSingleton<ISubresource, TokenRequests>();
        services.AddHostedService<TokenSecrets>();
    }

    private static void AddRbac(this IServiceCollection services)
    {
        services.AddSingleton<RbacPolicy>();
        services.AddSingleton<IAuthorizer, RbacAuthorizer>();
        services.AddSingleton<IAdmissionCheck, RbacEscalation>();
        services.AddHostedService<RbacFollower>();
        services.AddHostedService<RoleAggregation>();
    }

    private static void AddServices(this IServiceCollection services, ServiceNetwork network)
    {
        services.AddSingleton(network);
        services.AddSingleton<IWriteClaims, ServiceAllotment>();
        services.AddSingleton<ApiServerService>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiServerService>());
        services.AddHostedService<ClaimRelease>();
        if (network.PodAddresses is not null)
        {
            services.AddHostedService<PodRangeAllotment>();
            services.AddHostedService<NameService>();
        }
    }

    private static void AddCertificateSigning(this IServiceCollection services)
    {
        services.AddSingleton<IAdmissionRule, SigningRequestor>();
        services.AddSingleton<ISubresource, SigningApproval>();
        services.AddHostedService<CertificateSigning>();
    }

    private static void AddReviews(this IServiceCollection services)
    {
        services.AddSingleton<AccessReviews>();
        services.AddSingleton<IComputedResource, SubjectAccessReview>();
        services.AddSingleton<IComputedResource, SelfSubjectAccessReview>();
        services.AddSingleton<IComputedResource, LocalSubjectAccessReview>();
        services.AddSingleton<IComputedResource, SelfSubjectRulesReview>();
        services.AddSingleton<IComputedResource, SelfSubjectReview>();
        services.AddSingleton<IComputedResource, TokenReview>();
    }

    /// <summary>Takes node heartbeats off the database; needs an <see cref="Ports.INodeHeartbeats"/>.</summary>
    public static IServiceCollection AddNodeHeartbeats(this IServiceCollection services) => services
        .AddSingleton<LeaseHeartbeats>()
        .AddSingleton<IUpdateAbsorber>(provider => provider.GetRequiredService<LeaseHeartbeats>())
        .AddSingleton<IReadOverlay>(provider => provider.GetRequiredService<LeaseHeartbeats>());
}
