-- CreateTable
CREATE TABLE "DocumentDamage" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "document" TEXT NOT NULL,
    "part" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "personId" TEXT,
    "atMs" BIGINT,
    "movedAtMs" BIGINT NOT NULL,
    "data" BLOB NOT NULL
);

-- CreateIndex
CREATE INDEX "DocumentDamage_document_idx" ON "DocumentDamage"("document");
