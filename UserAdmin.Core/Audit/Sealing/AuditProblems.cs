using UserAdmin.Core.Common;

namespace UserAdmin.Core.Audit.Sealing;

internal static class AuditProblems
{
    public static readonly Problem KeyLost = new(ProblemKind.Conflict, "audit.key_lost",
        "The private key that signs the audit log is not in the key folder of this server. Put its file back, or begin anew with another key; until then nothing is sealed.");

    public static readonly Problem KeysGone = new(ProblemKind.Conflict, "audit.keys_gone",
        "The audit log has seals, but the keys that signed them are gone from the database. Check the audit log before you begin anew with another key.");

    public static readonly Problem KeyThere = new(ProblemKind.Conflict, "audit.key_there", "The key is there, so there is no need to begin anew. Change it instead.");

    public static readonly Problem Busy = new(ProblemKind.Busy, "audit.busy", "Others are sealing the audit log all the time. Try again.");

    public static readonly Problem NothingSealed = new(ProblemKind.Conflict, "audit.nothing_sealed", "There is nothing under seal yet that a checkpoint could speak of.");
}
