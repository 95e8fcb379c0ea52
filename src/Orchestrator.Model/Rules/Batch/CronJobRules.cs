using System.Text.Json.Nodes;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Apps;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Batch;

/// <summary>CronJobs: Kubernetes' defaults and validation (<c>pkg/apis/batch/validation</c>, ValidateCronJobCreate).</summary>
internal sealed class CronJobRules : IKindRules
{
    /// <summary>Jobs are named after the CronJob and 11 characters more, and their names must be labels.</summary>
    private const int MaxNameLength = 52;

    private const int SuccessfulHistory = 3;
    private const int FailedHistory = 1;

    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is { } spec)
        {
            spec.DefaultIfEmpty("concurrencyPolicy", "Allow");
            spec.Default("suspend", false);
            spec.Default("successfulJobsHistoryLimit", SuccessfulHistory);
            spec.Default("failedJobsHistoryLimit", FailedHistory);
            if (spec.Child("jobTemplate") is { } template)
            {
                template.ObjectOrNew("metadata");
                JobDefaults.ApplySpec(template.ObjectOrNew("spec"));
            }
        }

        obj.ObjectOrNew("status");
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        if (obj.Child("spec") is not { } spec)
        {
            errors.Add(FieldError.Required("spec"));
            return;
        }

        if (old is null && obj.Child("metadata").Text("name") is { Length: > MaxNameLength } name)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, $"must be no more than {MaxNameLength} characters"));
        }

        ValidateSchedule(spec, errors);
        errors.CheckOneOf("spec.concurrencyPolicy", spec.Text("concurrencyPolicy"), "Allow", "Forbid", "Replace");
        foreach (string count in (ReadOnlySpan<string>)["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"])
        {
            errors.CheckNotNegative($"spec.{count}", spec.Integer(count));
        }

        const string path = "spec.jobTemplate.spec";
        if (spec.Child("jobTemplate", "spec") is not { } job)
        {
            errors.Add(FieldError.Required(path));
            return;
        }

        if (job["selector"] is { } selector)
        {
            errors.Add(FieldError.Invalid($"{path}.selector", selector, "`selector` will be auto-generated"));
        }

        if (job.Flag("manualSelector") == true)
        {
            errors.Add(FieldError.NotSupported($"{path}.manualSelector", true, "nil", "false"));
        }

        JobSpecRules.Validate(job, path, errors);
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) =>
        PodTemplateRules.Warn(obj.Child("spec", "jobTemplate").Child("spec", "template"), "spec.jobTemplate.spec.template", warnings);

    private static void ValidateSchedule(JsonObject spec, ICollection<FieldError> errors)
    {
        string schedule = spec.Text("schedule") ?? "";
        if (schedule.Contains("TZ", StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
        }
        else
        {
            errors.CheckRequired("spec.schedule", schedule, CronSchedule.Fault);
        }

        if (spec["timeZone"] is not null)
        {
            string zone = spec.Text("timeZone") ?? "";
            if (zone.Length == 0)
            {
                errors.Add(FieldError.Invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string"));
            }
            else if (CronSchedule.ZoneFault(zone) is { } fault)
            {
                errors.Add(FieldError.Invalid("spec.timeZone", zone, fault));
            }
        }
    }
}
