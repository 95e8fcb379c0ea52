using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Admission.Limits;
using Orchestrator.Api.Admission.Placement;
using Orchestrator.Api.Admission.PodSecurity;
using Orchestrator.Api.Admission.Rules;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Services;

namespace Orchestrator.Api.Admission;

/// <summary>
/// Every rule and check on writes, in the order in which they run, which is Kubernetes': first who may, then whether there is a place for it, then what
/// a pod's references mean; mutating webhooks last (<see cref="AdmissionWebhooks"/>), and after them the rules once more over what they have added. Then
/// the kind's own validation, and the checks of the result; validating webhooks last. Quotas come after all of it: they are charged with the write itself
/// (<see cref="Writing.QuotaCharge"/>).
/// </summary>
public static class AdmissionOrder
{
    public static IServiceCollection AddAdmissionRules(this IServiceCollection services) => services
        .AddSingleton<IAdmissionRule, NodeRestriction>()
        .AddSingleton<IAdmissionRule, NamespaceLifecycle>()
        .AddSingleton<IAdmissionRule, EndingDefinition>()
        .AddSingleton<IAdmissionRule, LimitRangeDefaults>()
        .AddSingleton<IAdmissionRule, PodServiceAccount>()
        .AddSingleton<IAdmissionRule, PodPriority>()
        .AddSingleton<IAdmissionRule, PodRuntimeClass>()
        .AddSingleton<IAdmissionRule, ServiceCarryOver>()
        .AddSingleton<IAdmissionRule, JobSelector>()
        .AddSingleton<IAdmissionRule, EphemeralContainersApart>()
        .AddSingleton<IAdmissionRule, DefaultClass>()
        .AddSingleton<IAdmissionRule, StorageProtection>()
        .AddSingleton<IAdmissionCheck, LimitRangeCheck>()
        .AddSingleton<IAdmissionCheck, NamespaceSecurityCheck>()
        .AddSingleton<IAdmissionCheck, PodSecurityCheck>()
        .AddSingleton<IAdmissionCheck, PlacementPreview>();
}
