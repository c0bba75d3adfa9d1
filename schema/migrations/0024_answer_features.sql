-- An answer is judged by three numbers on every path. Weights of the former ones mean nothing beside these: a base is
-- calibrated anew by its next sync, until then it has the general weights.
delete from kb_store.calibration;
alter table kb_store.calibration drop constraint calibration_check;
alter table kb_store.calibration add constraint calibration_weights_check check (cardinality(weights) = 4);
