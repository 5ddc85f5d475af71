using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Jobs;

/// <summary>The jobs that this program knows.</summary>
public sealed record JobBook(IReadOnlyList<JobDefinition> Jobs)
{
    public JobDefinition? Find(string code, Tenant tenant) => Jobs.FirstOrDefault(job => job.Code == code && IsOf(job, tenant));

    public IEnumerable<JobDefinition> Of(Tenant tenant) => Jobs.Where(job => IsOf(job, tenant));

    private static bool IsOf(JobDefinition job, Tenant tenant) => (tenant.IsHost || !job.IsOfInstallation) && job.On?.Contains(tenant.Provider) != false;
}
