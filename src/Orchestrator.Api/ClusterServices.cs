using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Bootstrap;
using Orchestrator.Api.Health;
using Orchestrator.Api.Heartbeats;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Authorization;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Api.Security.Rbac;
using Orchestrator.Api.Security.Reviews;
using Orchestrator.Api.Subresources;
using Orchestrator.Api.Subresources.Logs;
using Orchestrator.Api.Verbs;

namespace Orchestrator.Api;

/// <summary>Composition of what makes the generic API a cluster's: who may enter and do what, admission, subresources, initial objects, health.</summary>
public static class ClusterServices
{
    /// <summary>Register after the store and <see cref="KubernetesApi.AddKubernetesApi"/>. Orders of registration are orders of asking.</summary>
    public static IServiceCollection AddClusterServices(this IServiceCollection services, ClusterCertificates certificates)
    {
        services.AddSingleton<IAuthenticator>(provider =>
            new ClientCertificateAuthenticator(certificates.Authority.Certificate, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAuthorizer, MastersAuthorizer>();
        services.AddSingleton<IAuthorizer, NodeAuthorizer>();
        services.AddRbac();
        services.AddReviews();
        services.AddAdmissionRules();
        services.AddSingleton(certificates);
        services.AddSingleton<AgentEndpoints>();
        services.AddHostedService<CertificateRenewal>();
        services.AddSingleton<ISubresource, PodBinding>();
        services.AddSingleton<ISubresource, PodExplanation>();
        services.AddSingleton<ISubresource, PodLog>();
        services.AddSingleton<ClusterBootstrap>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterBootstrap>());
        services.AddHostedService<DefaultServiceAccounts>();
        services.AddSingleton<IHealthCheck, PingCheck>();
        services.AddSingleton<IHealthCheck, StoreCheck>();
        services.AddSingleton<IHealthCheck, BootstrapCheck>();
        return services;
    }

    private static void AddRbac(this IServiceCollection services)
    {
        services.AddSingleton<RbacPolicy>();
        services.AddSingleton<IAuthorizer, RbacAuthorizer>();
        services.AddSingleton<IAdmissionCheck, RbacEscalation>();
        services.AddHostedService<RbacFollower>();
        services.AddHostedService<RoleAggregation>();
    }

    private static void AddReviews(this IServiceCollection services)
    {
        services.AddSingleton<AccessReviews>();
        services.AddSingleton<IComputedResource, SubjectAccessReview>();
        services.AddSingleton<IComputedResource, SelfSubjectAccessReview>();
        services.AddSingleton<IComputedResource, LocalSubjectAccessReview>();
        services.AddSingleton<IComputedResource, SelfSubjectRulesReview>();
        services.AddSingleton<IComputedResource, SelfSubjectReview>();
    }

    /// <summary>Takes node heartbeats off the database; needs an <see cref="Ports.INodeHeartbeats"/>.</summary>
    public static IServiceCollection AddNodeHeartbeats(this IServiceCollection services) => services
        .AddSingleton<LeaseHeartbeats>()
        .AddSingleton<IUpdateAbsorber>(provider => provider.GetRequiredService<LeaseHeartbeats>())
        .AddSingleton<IReadOverlay>(provider => provider.GetRequiredService<LeaseHeartbeats>());
}
