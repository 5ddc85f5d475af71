using UserAdmin.Core.Common;

namespace UserAdmin.Core.Tenants;

internal static class TenantProblems
{
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "tenant.not_found", "There is no such tenant.");
    public static readonly Problem NameTaken = new(ProblemKind.Conflict, "tenant.name_taken", "There is or was a tenant of this name. Names are never used again.", nameof(TenantForm.Name));
    public static readonly Problem NameReserved = new(ProblemKind.Invalid, "tenant.name_reserved", "This name is taken by the portal itself.", nameof(TenantForm.Name));
    public static readonly Problem DomainMissing = new(ProblemKind.Invalid, "tenant.domain_missing", "Enter a domain.", nameof(TenantForm.Domain));
    public static readonly Problem DomainBad = new(ProblemKind.Invalid, "tenant.domain_bad", "This is not a domain like people.example.org: no address, no port, no path.", nameof(TenantForm.Domain));
    public static readonly Problem DomainTaken = new(ProblemKind.Conflict, "tenant.domain_taken", "This domain leads to a tenant already.", nameof(TenantForm.Domain));
    public static readonly Problem DomainOfHost = new(ProblemKind.Conflict, "tenant.domain_of_host", "This domain leads to the portal from which tenants are managed.", nameof(TenantForm.Domain));
    public static readonly Problem LastDomain = new(ProblemKind.Conflict, "tenant.last_domain", "A tenant needs a domain. Add another one first.");
    public static readonly Problem PrimaryDomain = new(ProblemKind.Conflict, "tenant.primary_domain", "Links in mails name this domain. Make another one primary first.");
    public static readonly Problem Unfinished = new(ProblemKind.Conflict, "tenant.unfinished", "This tenant was never finished. Create it again under the same name.");
    public static readonly Problem WrongState = new(ProblemKind.Conflict, "tenant.wrong_state", "Somebody else changed this tenant meanwhile. Look at it again.");
    public static readonly Problem WrongName = new(ProblemKind.Invalid, "tenant.wrong_name", "This is not the tenant's name.");
    public static readonly Problem DatabaseInUse = new(ProblemKind.Conflict, "tenant.database_in_use", "This database has tables of a portal already. Each tenant needs one to itself.");
    public static readonly Problem OwnServerOnly = new(ProblemKind.Invalid, "tenant.own_server_only", "On SQLite tenants have their files beside the portal's own.");

    public static Problem Failed(string why) => new(ProblemKind.Busy, "tenant.failed", $"The tenant could not be made: {why} Nothing was left behind; try again.");
}
